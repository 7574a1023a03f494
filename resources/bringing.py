"""Files of resources that officials bring in: looked through first, then loaded whole or not at all.

An :class:`ImportRun` keeps the file between the two. These are the verbs of who brings it; the work is done by
workers, in :mod:`resources.unloading`.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.languages import current
from portal.lifecycle import move
from resources import permissions
from resources.models import ImportRun
from resources.tasks import hint_import
from resources.unloading import end
from resources.unpacking import unpack

Status = ImportRun.Status

#: Files somebody may have waiting at once.
MAX_UNFINISHED = 5


@transaction.atomic
def upload(*, by: User, name: str, content: bytes) -> ImportRun:
    """Keep a file and have it looked through; errors will be told in the language that is active now.

    Raises ``PermissionDenied`` when she keeps no resources, ``ValidationError`` when the file cannot be read as CSV
    or JSON Lines or too many of her files are waiting.
    """
    if not permissions.can_bring(by):
        raise PermissionDenied
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two tabs are counted one after the other
    if ImportRun.objects.visible_to(by).unfinished().count() >= MAX_UNFINISHED:
        raise ValidationError(_("Too many of your files are waiting. Load them or give them up first."), code="waiting")
    found = unpack(content)
    run = ImportRun.objects.create(
        uploaded_by=by,
        name=name.replace("\0", "")[:200] or "-",
        format=found.format,
        content=content,
        rows=len(found.records),
        language=current(),
    )
    _go_on_after_commit(run)
    return run


@transaction.atomic
def begin_loading(run: ImportRun, *, submits: bool, by: User) -> ImportRun:
    """Have a file loaded that was looked through. ``submits``: its new resources are put up for review at once.

    Raises ``PermissionDenied`` for somebody else's file, ``ValidationError`` (``illegal_move``) when it is not ready.
    """
    _ask(run, by)
    row = move(run, Status.LOADING, by=by, verb="loading", submits=submits, attempts=0, done=0, finished_at=None)
    _go_on_after_commit(row)
    return row


@transaction.atomic
def give_up(run: ImportRun, *, by: User) -> ImportRun:
    """Forget a file before it is loaded. What is being loaded is all or nothing, and is waited for."""
    _ask(run, by)
    if run.status == Status.LOADING:
        raise ValidationError(_("It is being loaded now. Wait until it is done."), code="illegal_move")
    return end(run, Status.ABANDONED, by=by)


def _ask(run: ImportRun, by: User) -> None:
    if run.uploaded_by_id != by.pk or not permissions.can_bring(by):
        raise PermissionDenied


def _go_on_after_commit(run: ImportRun) -> None:
    transaction.on_commit(lambda: hint_import(run.pk), robust=True)
