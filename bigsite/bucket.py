"""Bucket of an S3-compatible service: Django's storage of it, with errors that the site knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import IO, Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from bigsite.outages import StorageDownError

_ERRORS = (Boto3Error, BotoCoreError, ClientError, RetriesExceededError)
#: Codes of a missing file; that of a missing bucket is another one.
_MISSING = ("404", "NoSuchKey")
#: Seconds. Each request is tried twice, so a page waits for a dead service for 7 s, and for a silent service for 31 s.
_CONNECT_SECONDS, _READ_SECONDS = 3, 15
#: Larger files that are read are kept on the disk meanwhile.
_MEMORY = 2**20
#: Name of the file that `try_out` writes.
_TRIAL = "trial"


class BucketStorage(S3Storage):
    """Private files in a bucket: nobody gets their addresses, so the site decides who reads them."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return the settings of django-storages, for private files that are stored as they come."""
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
            # Services other than Amazon's do not all know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return super().get_default_settings() | {
            "client_config": config,
            # A worker learns that a download ends half-way long before its own time limit.
            "transfer_config": TransferConfig(use_threads=False, num_download_attempts=1),
            "default_acl": None,
            "max_memory_size": _MEMORY,
            # By its name, a file that is compressed would be announced as plain text with a compressed transfer.
            "object_parameters": {"ContentType": "application/octet-stream"},
        }

    @property
    def bucket(self) -> Any:
        """The bucket for this thread; boto3's objects must not be shared by threads."""
        return self.connection.Bucket(self.bucket_name)

    def _open(self, name: str, mode: str = "rb") -> File:
        with _known_errors(name):
            file = super()._open(name, mode)
            file.seek(0)  # fetches the content, so that an error comes now and not to its reader
            return file

    def _save(self, name: str, content: IO[bytes]) -> str:
        with _known_errors(name):
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        """Delete a file; do nothing if it is missing."""
        with _known_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        with _known_errors(name):
            return super().exists(name)

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        with _known_errors(name):
            return super().size(name)

    def found(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        """Yield name, size and time of all files whose names begin so, a thousand for each request."""
        with _known_errors(prefix):
            for one in self.bucket.objects.filter(Prefix=prefix):
                yield one.key, one.size, one.last_modified

    def require_answer(self) -> None:
        """Ask for the bucket.

        Raises:
            StorageDownError: there is no answer, no such bucket, or no right to it.

        """
        with _known_errors():
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def try_out(self) -> None:
        """Write, read and delete a small file.

        Raises:
            StorageDownError: one of these is not possible.

        """
        self.require_answer()
        name = self.save(_TRIAL, ContentFile(b"trial"))
        try:
            self.open(name).close()
        except FileNotFoundError as error:
            raise StorageDownError("A file that was written cannot be read.") from error
        self.delete(name)


@contextmanager
def _known_errors(name: str = "") -> Iterator[None]:
    """Turn the errors of boto3 into those of a file that is missing, or of a storage that is down."""
    try:
        yield
    except _ERRORS as error:
        if name and _is_missing(error):
            raise FileNotFoundError(f"{name} does not exist in the bucket.") from error
        raise StorageDownError(str(error)) from error


def _is_missing(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == HTTPStatus.NOT_FOUND and error.response["Error"].get("Code") in _MISSING
