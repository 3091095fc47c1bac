"""Space on the disk of the data folder: below a floor, files are refused before they are received."""

import shutil

from django.conf import settings

#: Seconds after which a file is worth sending again.
RETRY_AFTER = 600
NEARLY_FULL = (
    "The disk of our server is nearly full, so we accept no files at the moment. Nothing was submitted or counted. "
    "Please try again later."
)


def is_nearly_full(n_bytes: int = 0) -> bool:
    """Return whether less than `MIN_FREE_BYTES` are free, or would be with a file of `n_bytes` more."""
    return shutil.disk_usage(settings.DATA_DIR).free - n_bytes < settings.MIN_FREE_BYTES
