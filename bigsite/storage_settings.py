"""Settings of stored files: folders in `DATA_DIR`, or a bucket of an S3-compatible service."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from bigsite.environment import env

#: Name of Django's storage of the whole bucket; without a bucket, there is none.
BUCKET = "bucket"


def file_storages(submissions: Path) -> dict[str, dict[str, Any]]:
    """Return Django's storages for uploads (`default`) and, with a bucket, for the bucket as a whole.

    Raises:
        ImproperlyConfigured: a bucket is set, but its packages are not installed, or the service has no address.

    """
    name = env.str("S3_BUCKET", default="")
    if not name:
        folder = {"location": submissions, "base_url": None}
        return {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}}
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "S3_BUCKET is set, but its packages are not installed. Run: pip install -r requirements/s3.txt"
        )
    endpoint = env.str("S3_ENDPOINT_URL", default="")
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"S3_ENDPOINT_URL is {endpoint}. Begin it with https://.")
    options = {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": env.str("S3_REGION", default="") or None,
        # Without keys, boto3 looks for those of the machine.
        "access_key": env.str("S3_ACCESS_KEY", default="") or None,
        "secret_key": env.str("S3_SECRET_KEY", default="") or None,
    }
    return {
        # An upload never replaces another one; other files have places of their own, and are replaced there.
        "default": _bucket(**options, location=submissions.name, file_overwrite=False),
        BUCKET: _bucket(**options, file_overwrite=True),
    }


def _bucket(**options: Any) -> dict[str, Any]:
    return {"BACKEND": "bigsite.bucket.BucketStorage", "OPTIONS": options}
