"""A sender cannot fill the disk: what comes beyond the limit is counted, not kept."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Large files go to a temporary file, all of one request together at most ``UPLOAD_MAX_MB`` and one step more.

    A larger file keeps the size that was sent, so that the form can say it is too large.
    """

    kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.kept <= settings.UPLOAD_MAX_MB * 1024 * 1024:
            self.kept += len(raw_data)
            self.file.write(raw_data)
