"""What the pages that show minutes have in common."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from dialogues import commenting, signing
from dialogues.forms import languages_of
from dialogues.models import Commitment, Decision, Minutes, MinutesSection
from dialogues.permissions import acts_in, can_sign, can_write_minutes


@dataclass
class ShownSection:
    """A section with what was recorded in it and said about it."""

    section: MinutesSection
    decisions: list[Decision] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    comments: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class PartySide:
    """One Party and its sign-off, if it gave one. ``may_sign``: the reader acts for it; ``may_note``: nobody acts for
    it here, and the reader may write down how it let the others know."""

    economy: Any
    sign_off: Any = None
    may_sign: bool = False
    may_note: bool = False


def reading(request, session, minutes):
    """The context of a page that shows one version of the minutes to this reader."""
    user = request.user
    sections = list(MinutesSection.objects.visible_to(user).filter(minutes=minutes))
    comments = list(commenting.seen_by(user, minutes)) if user.is_authenticated else []
    is_official = acts_in(user, session.dialogue)
    versions = list(Minutes.objects.visible_to(user).filter(session=session).order_by("-version"))
    is_latest = not versions or versions[0].pk == minutes.pk
    return {
        **recorded(session, minutes, sections, comments),
        "session": session,
        "dialogue": session.dialogue,
        "minutes": minutes,
        "languages": languages_of(session.dialogue),
        "versions": versions,
        "is_latest": is_latest,
        "is_official": is_official,
        "can_write": is_latest and can_write_minutes(user, session),
        "may_comment": is_latest
        and commenting.takes_comments(minutes)
        and (is_official or commenting.own_place(session, user) is not None),
        "parties": parties(user, session, minutes, may_act=is_latest and is_official),
        "hindrance": hindrance(session, minutes) if is_official and is_latest else "",
    }


def recorded(session, minutes, sections, comments=()):
    """Sections with their decisions, commitments and comments; what belongs to none of them by itself."""
    shown = {section.pk: ShownSection(section) for section in sections}
    by_item = {section.agenda_item_id: shown[section.pk] for section in sections if section.agenda_item_id}
    loose: dict[str, list[Any]] = {"decisions": [], "commitments": []}
    rows_of = {"decisions": session.decisions.all(), "commitments": session.commitments.select_related("owner")}
    for name, rows in rows_of.items():
        for row in rows:
            row.session = session
            if minutes.is_published and (row.published_at is None or row.published_at > minutes.published_at):
                continue  # of a later version
            home = by_item.get(row.agenda_item_id)
            (getattr(home, name) if home else loose[name]).append(row)
    others = []
    for comment in comments:
        home = shown.get(comment.section_id)
        (home.comments if home else others).append(comment)
    return {"sections": list(shown.values()), **loose, "comments": others, "all_comments": list(comments)}


def parties(user, session, minutes, *, may_act):
    """Each Party beside the others, with its sign-off."""
    if not (minutes.is_before_the_parties or minutes.is_published):
        return []
    signed = {row.economy_id: row for row in minutes.sign_offs.select_related("by")}
    if minutes.is_published and not signed:
        return []  # published before Parties signed here
    open_to_sign = may_act and minutes.status == Minutes.Status.CIRCULATED
    absent = signing.parties_without_officials(session) if open_to_sign else set()
    return [
        PartySide(
            economy,
            signed.get(economy.code),
            may_sign=open_to_sign and economy.code not in signed and can_sign(user, economy.code),
            may_note=economy.code not in signed and economy.code in absent,
        )
        for economy in session.dialogue.parties.all()
    ]


def hindrance(session, minutes):
    """Why circulated minutes cannot be published yet; nothing when they can."""
    if not minutes.is_before_the_parties:
        return ""
    try:
        signing.must_be_publishable(minutes, session, minutes.revision)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""
