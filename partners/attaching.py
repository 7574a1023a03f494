"""Files beside a request. What everybody may read belongs to the text that is reviewed, so it is added to drafts alone;
what is for the accepted side may follow later.

A file is written before the row that names it and deleted when the row is not saved, so no row names a file that is
not there. Callers must not hold a transaction of their own open around :func:`attach`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import confirming
from partners.models import PartnerRequest, RequestAttachment
from partners.models.requests import attachment_name, private_storage
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.uploads import checking
from portal.uploads.checking import Checked

Status = PartnerRequest.Status
#: Files of one request.
MOST = 10


def attach(
    request: PartnerRequest, *, title: str, upload: UploadedFile, by: User, is_public: bool = False
) -> RequestAttachment:
    """Put a file beside the request.

    Raises ``ValidationError``: what :func:`portal.uploads.checking.check` says of the file; ``closed`` for a closed
    request; ``reviewed`` for a public file beside anything but a draft; ``most`` when it has ten.
    """
    checked = checking.check(upload)
    with _stored(checked) as name, transaction.atomic():
        request = lock(request)
        _require_room(request, is_public=is_public)
        attachment = RequestAttachment(
            request=request,
            title=title,
            is_public=is_public,
            file=name,
            filename=checked.filename,
            content_type=checked.content_type,
            size=checked.size,
            digest=checked.digest,
            uploaded_by=by,
        )
        attachment.full_clean()
        attachment.save()
        _changed(request, attachment, "file_attached", by=by)
    return attachment


@transaction.atomic
def take_off(attachment: RequestAttachment, *, by: User) -> RequestAttachment:
    """Let nobody read it any more; the file stays for the record. Twice is once."""
    request = lock(attachment.request)
    attachment = lock(attachment)
    if attachment.removed_at is None:
        attachment.removed_at = timezone.now()
        attachment.save(update_fields=["removed_at"])
        _changed(request, attachment, "file_taken_off", by=by)
    return attachment


def _changed(request: PartnerRequest, attachment: RequestAttachment, verb: str, *, by: User) -> None:
    """A draft with another public file is another text for who confirms or reviews it."""
    if attachment.is_public and request.status == Status.DRAFT:
        request.changed_at = timezone.now()
        request.save(update_fields=["changed_at"])
        confirming.forget_open(request)
    record(by, verb, request, attachment=attachment.pk)


def _require_room(request: PartnerRequest, *, is_public: bool) -> None:
    if request.status == Status.CLOSED:
        raise ValidationError(_("The request is closed."), code="closed")
    if is_public and request.status != Status.DRAFT:
        raise ValidationError(
            _("A file for everybody is reviewed with the text, so it can only be added to a draft."), code="reviewed"
        )
    if request.attachments.filter(removed_at=None).count() >= MOST:
        raise ValidationError(_("A request has at most ten files. Take one off first."), code="most")


@contextmanager
def _stored(checked: Checked) -> Iterator[str]:
    """The name under which the file lies in the private storage; gone again when what follows fails."""
    storage = private_storage()
    name = storage.save(attachment_name(None, checked.filename), checked.content)
    try:
        yield name
    except BaseException:
        storage.delete(name)
        raise
