"""To whom officials write: who takes part in a session, who belongs to a dialogue, who is concerned by an issue."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, linking, threads
from dialogues.models import Dialogue, Endorsement, Issue, Registration, Session, SessionInvitation
from dialogues.permissions import can_write_to_concerned, can_write_to_members, can_write_to_participants
from portal.accounts.models import Organization, User
from portal.accounts.permissions import memberships
from portal.languages import Language
from portal.notifications import audiences
from portal.notifications.audiences import Addressee, Audience, Part

OFFICIALS = "officials"
#: Whoever took part longer ago does not belong to a dialogue any more.
BELONGS_FOR = timedelta(days=730)

_OFFICIALS = Part(OFFICIALS, _("Officials of the Parties"), _("You are an official of a Party to this dialogue."))
SESSION_PARTS = (
    Part("confirmed", _("Confirmed participants"), _("You are registered for this session.")),
    Part("waiting", _("On the waiting list, or not confirmed yet"), _("You registered for this session.")),
    Part("invited", _("Invited, without an answer yet"), _("You are invited to this session.")),
    Part("attended", _("Who attended"), _("You attended this session.")),
    _OFFICIALS,
)
DIALOGUE_PARTS = (
    _OFFICIALS,
    Part(
        "participants",
        _("Who took part in a session in the last two years, or will"),
        _("You have a place in a session of this dialogue, or had one in the last two years."),
    ),
    Part("voices", _("Who raised or endorsed an issue"), _("You raised an issue in this dialogue, or endorsed one.")),
)
ISSUE_PARTS = (
    Part("concerned", _("Who raised or endorsed it"), _("You raised this issue or endorsed it.")),
    Part("followers", _("Who follows it"), _("You follow this issue.")),
)


def declare() -> None:
    """Let officials write to them; called once, when the app is ready."""
    audiences.declare(
        Audience(
            name="session",
            model=Session,
            mail="dialogues/session_message",
            heading=_("Write to participants"),
            parts=SESSION_PARTS,
            find=lambda user: Session.objects.visible_to(user).with_dialogue(),
            may=can_write_to_participants,
            people=of_session,
            languages=lambda session: _languages(session.dialogue),
            signs_for=lambda user, session: _agency(user, session.dialogue),
            title=lambda session: session.title,
        )
    )
    audiences.declare(
        Audience(
            name="dialogue",
            model=Dialogue,
            mail="dialogues/dialogue_message",
            heading=_("Write to members"),
            parts=DIALOGUE_PARTS,
            find=lambda user: Dialogue.objects.visible_to(user).with_parties(),
            may=can_write_to_members,
            people=of_dialogue,
            languages=_languages,
            signs_for=_agency,
            title=lambda dialogue: dialogue.title,
        )
    )
    audiences.declare(
        Audience(
            name="issue",
            model=Issue,
            mail="dialogues/issue_message",
            heading=_("Write to who is concerned"),
            parts=ISSUE_PARTS,
            find=lambda user: Issue.objects.visible_to(user).with_dialogue(),
            may=can_write_to_concerned,
            people=of_issue,
            languages=lambda issue: _languages(issue.dialogue),
            signs_for=lambda user, issue: _agency(user, issue.dialogue),
            title=lambda issue: f"{issue.reference} {issue.public_title}".strip(),
        )
    )


def of_session(session: Session, part: str) -> Iterator[Addressee]:
    """Who takes part in it: by the state of the registration, invited, or an official of a Party. Of a session nobody
    was told of yet nobody is invited."""
    if part == OFFICIALS:
        yield from _accounts(announcing.officials(session.dialogue), part)
    elif part == "invited":
        yield from _with_links(announcing.invited(session) if session.takes_registrations else [], part)
    else:
        yield from _with_links([row for row in announcing.registered(session) if _is_of(row, part)], part)


def _is_of(place: Registration, part: str) -> bool:
    if part == "attended":
        return bool(place.attended)
    return (place.status == Registration.Status.CONFIRMED) == (part == "confirmed")


def of_dialogue(dialogue: Dialogue, part: str) -> Iterator[Addressee]:
    """Who belongs to it: officials of the Parties; confirmed people of its sessions, upcoming or of the last two years;
    and by whom an issue was raised or endorsed."""
    if part == OFFICIALS:
        yield from _accounts(announcing.officials(dialogue), part)
    elif part == "participants":
        yield from _with_links(_participants(dialogue), part)
    else:
        issues = Issue.objects.filed().filter(dialogue=dialogue).exclude(status=Issue.Status.WITHDRAWN)
        endorsed = Endorsement.objects.filter(issue__in=issues)
        voices = Q(pk__in=issues.values("filed_by")) | Q(pk__in=endorsed.values("by"))
        yield from _accounts(User.objects.filter(voices, is_active=True).order_by("pk"), part)


def of_issue(issue: Issue, part: str) -> Iterator[Addressee]:
    """Who hears of its steps: who raised or endorsed it, and who follows it."""
    hear = list(threads.audience(issue))
    concerned = _concerned(issue, hear)
    chosen = concerned if part == "concerned" else [person for person in hear if person not in concerned]
    yield from _accounts(chosen, part)


def _concerned(issue: Issue, hear: list[User]) -> list[User]:
    follow = set(issue.followers.values_list("user", flat=True))
    stand_behind = set(issue.endorsements.values_list("by", flat=True)) | {issue.filed_by_id}
    return [person for person in hear if person.pk not in follow or person.pk in stand_behind]


def _participants(dialogue: Dialogue) -> QuerySet[Registration]:
    lately = Q(session__ends_at__gt=timezone.now() - BELONGS_FOR)
    rows = Registration.objects.confirmed().filter(lately, Q(user=None) | Q(user__is_active=True))
    # A delegate who has left her agency took part for it.
    still = Q(user__in=[official.pk for official in announcing.officials(dialogue)])
    rows = rows.filter(~Q(role=Registration.Role.DELEGATE) | still, session__dialogue=dialogue)
    rows = rows.exclude(session__status=Session.Status.CANCELLED)
    return rows.select_related("user", "invitation").order_by("-session__ends_at", "-pk")


def _accounts(people: Iterable[User], part: str) -> Iterator[Addressee]:
    return (Addressee(person, part) for person in people)


def _with_links(rows: Iterable[Registration | SessionInvitation], part: str) -> Iterator[Addressee]:
    """Who has no account is led to her own page, while her link works."""
    for row in rows:
        own: Any = row if isinstance(row, SessionInvitation) else getattr(row, "invitation", None)
        works = row.user_id is None and own is not None and own.status != SessionInvitation.Status.WITHDRAWN
        yield Addressee(row.person, part, linking.invitation_path(own) if works else "")


def _languages(dialogue: Dialogue) -> list[str]:
    return list(dialogue.working_languages) or [Language.EN]


def _agency(user: Any, dialogue: Dialogue) -> Organization | None:
    """The agency for which she acts in it."""
    agencies = (one.organization for one in memberships(user) if one.organization.kind == Organization.Kind.AGENCY)
    return next((agency for agency in agencies if agency.economy_id in dialogue.party_codes), None)
