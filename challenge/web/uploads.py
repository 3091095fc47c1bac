"""Upload handler: no byte beyond the limit reaches the disk."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedFileUploadHandler(TemporaryFileUploadHandler):
    """Upload handler that streams to temporary files, and drops everything after `MAX_UPLOAD_BYTES` of all files.

    The file's `size` still counts all bytes received, so the form can report it. The form fields after the file are
    still read, so the team's input is not lost.
    """

    #: Bytes of all files of this request so far.
    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk if it is within the limit."""
        self.received += len(raw_data)
        if self.received <= settings.MAX_UPLOAD_BYTES:
            super().receive_data_chunk(raw_data, start)
