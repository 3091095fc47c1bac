"""Receiving uploads: no byte beyond the limit reaches the disk."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedFileUploadHandler(TemporaryFileUploadHandler):
    """Streams an upload to a temporary file, and drops what comes after `MAX_UPLOAD_BYTES`.

    The file's `size` is still that of all bytes received, so that the form can say how large it was,
    and the fields of the form after the file are still read: what the team typed is not lost.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk that lies within the limit."""
        if start + len(raw_data) <= settings.MAX_UPLOAD_BYTES:
            super().receive_data_chunk(raw_data, start)
