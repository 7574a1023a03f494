"""A chamber brings member firms or requests in as a file: looked through first, then loaded whole or not at all.

A :class:`FirmImport` keeps the file between the two. These are the verbs of who brings it; the work is done by workers,
in :mod:`partners.unloading`.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import permissions
from partners.models import FirmImport
from partners.tasks import hint_firm_import
from partners.unloading import end
from partners.unpacking import unpack
from portal.accounts.models import Organization, User
from portal.lifecycle import lock, move

Status = FirmImport.Status

#: Files of one chamber that may wait at once.
MAX_UNFINISHED = 5


@transaction.atomic
def upload(chamber: Organization, *, kind: str, name: str, content: bytes, by: User) -> FirmImport:
    """Keep a file and have it looked through.

    Raises ``PermissionDenied`` for somebody of another chamber, ``ValidationError`` when the file cannot be read as
    CSV or too many of the chamber's files wait (``waiting``).
    """
    if not permissions.can_bring(by, chamber):
        raise PermissionDenied
    Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=chamber.pk)  # two tabs are counted in turn
    if FirmImport.objects.filter(chamber=chamber).unfinished().count() >= MAX_UNFINISHED:
        raise ValidationError(_("Too many files of your chamber wait. Load them or give them up first."), "waiting")
    run = FirmImport(
        chamber=chamber,
        kind=kind,
        filename=name.replace("\0", "")[:150] or "-",
        rows=unpack(content, kind).rows,
        uploaded_by=by,
    )
    run.file.save("", ContentFile(content), save=False)
    try:
        run.save()
    except BaseException:
        run.file.storage.delete(str(run.file.name))
        raise
    _go_on_after_commit(run)
    return run


@transaction.atomic
def begin_loading(run: FirmImport, *, by: User) -> FirmImport:
    """Have a file loaded that was looked through; ``ValidationError`` (``illegal_move``) when it is not ready."""
    _ask(run, by)
    summary = {name: value for name, value in lock(run).summary.items() if name != "attempts"}
    row = move(run, Status.LOADING, by=by, verb="loading", summary=summary, done=0, worked_at=timezone.now())
    _go_on_after_commit(row)
    return row


@transaction.atomic
def give_up(run: FirmImport, *, by: User) -> FirmImport:
    """Forget a file before it is loaded. What is being loaded is all or nothing, and is waited for."""
    _ask(run, by)
    if run.status == Status.LOADING:
        raise ValidationError(_("It is being loaded now. Wait until it is done."), code="illegal_move")
    return end(run, Status.ABANDONED, by=by)


def _ask(run: FirmImport, by: User) -> None:
    if not permissions.can_bring(by, run.chamber):
        raise PermissionDenied


def _go_on_after_commit(run: FirmImport) -> None:
    transaction.on_commit(lambda: hint_firm_import(run.pk), robust=True)
