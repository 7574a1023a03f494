"""Saving the texts of the minutes, one by one, so that no writer overwrites another unnoticed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.merging import merge
from dialogues.models import Minutes, MinutesSection, SavedText
from portal.activity.log import record
from portal.languages import column
from portal.lifecycle import lock

#: Characters of one text in one language; as much as a page renders (portal.templatetags.ui).
LONGEST = 60_000
#: So many saves of each text in each language are kept. Whoever began before them is told to bring texts together.
KEPT_SAVES = 200
#: Of many saves in a row the history of the session names one.
ONE_SITTING = timedelta(minutes=30)


@dataclass(frozen=True)
class Saved:
    """What stands in the minutes now. ``with_others``: it holds changes of another writer besides hers."""

    text: str
    revision: int
    with_others: bool = False


@transaction.atomic
def save(
    minutes: Minutes, *, language: str, text: str, seen: int, by: Any, section: MinutesSection | None = None
) -> Saved:
    """Save one text in one language: a section's, or without one what belongs to no agenda item.

    ``seen`` is the revision the writer started from (0: nothing was saved yet). When somebody saved since, both
    changes are brought together where they are about different lines. Raises ``ValidationError``:
    ``changed_meanwhile`` when they are not (nothing is overwritten), ``too_long``, ``gone`` for a section that was
    removed, ``not_draft`` once the minutes are circulated.
    """
    minutes = lock(minutes)
    must_be_draft(minutes)
    piece = minutes if section is None else _section(minutes, section)
    text = plain(text)
    current = getattr(piece, column("text", language)) or ""
    revision = piece.revisions.get(language, 0)
    if seen == revision:
        wanted = text
    else:
        began = minutes.saves.filter(section=section, language=language, revision=seen).first()
        wanted = _together(began, text, current)
    if wanted == current:
        return Saved(current, revision, with_others=current != text)
    if len(wanted) > LONGEST:
        raise ValidationError(_("This text is too long to be saved."), code="too_long")
    _store(minutes, piece, language, wanted, by)
    return Saved(wanted, revision + 1, with_others=wanted != text)


def must_be_draft(minutes: Minutes) -> None:
    """Raises ``ValidationError``: ``published`` or ``not_draft`` when nothing may be written in them now."""
    if minutes.is_published:
        raise ValidationError(_("Published minutes never change."), code="published")
    if not minutes.is_draft:
        raise ValidationError(
            _("The Parties are reading these minutes. Take them back to the draft before you change them."),
            code="not_draft",
        )


def touch(minutes: Minutes, *, by: Any) -> None:
    """Note that what the minutes say has changed, for whoever circulates, signs or publishes what she read."""
    minutes.revision += 1
    minutes.written_by = by
    minutes.changed_at = timezone.now()
    minutes.save(update_fields=["revision", "written_by", "changed_at"])


def plain(text: str) -> str:
    """Line ends as one sign, whatever the browser sent; no blanks at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _section(minutes: Minutes, section: MinutesSection) -> MinutesSection:
    found = MinutesSection.objects.select_for_update(of=("self",)).filter(minutes=minutes, pk=section.pk).first()
    if found is None:
        raise ValidationError(_("This section was removed meanwhile."), code="gone")
    return found


def _together(began: SavedText | None, mine: str, theirs: str) -> str:
    """Both writers' changes to what the one who saves now started from, which may have been thrown away since."""
    merged = merge(began.text, mine, theirs) if began else None
    if merged is None and mine != theirs:
        raise ValidationError(
            _("Somebody changed the same lines while you were writing. Nothing you typed is lost."),
            code="changed_meanwhile",
        )
    return theirs if merged is None else merged


def _store(minutes: Minutes, piece: Minutes | MinutesSection, language: str, text: str, by: Any) -> None:
    revision = piece.revisions.get(language, 0) + 1
    now = timezone.now()
    section = piece if isinstance(piece, MinutesSection) else None
    sitting = minutes.saves.filter(by=by, saved_at__gt=now - ONE_SITTING)
    if by is None or not sitting.exists():
        record(by, "minutes_saved", minutes.session, version=minutes.version)
    _keep_beginning(minutes, piece, language)
    setattr(piece, column("text", language), text)
    piece.revisions[language] = revision
    piece.written_by, piece.changed_at = by, now
    piece.save(update_fields=[column("text", language), "revisions", "written_by", "changed_at"])
    touch(minutes, by=by)
    saves = SavedText.objects.filter(minutes=minutes, section=section, language=language)
    saves.filter(revision__lte=revision - KEPT_SAVES).delete()
    SavedText.objects.create(
        minutes=minutes, section=section, language=language, revision=revision, text=text, by=by, saved_at=now
    )


def _keep_beginning(minutes: Minutes, piece: Minutes | MinutesSection, language: str) -> None:
    """What the first writers of a text start from: the empty page, or what older minutes hold."""
    if not piece.revisions.get(language):
        section = piece if isinstance(piece, MinutesSection) else None
        SavedText.objects.get_or_create(
            minutes=minutes,
            section=section,
            language=language,
            revision=0,
            defaults={"text": getattr(piece, column("text", language)) or ""},
        )
