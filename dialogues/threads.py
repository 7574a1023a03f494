"""The thread of an issue: who hears of each step, and what other rooms' steps mean to it.

Minutes, commitments and cancelled sessions tell it here; what a page shows of it is made in ``tracing``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from dialogues import announcing, because, watching
from dialogues.models import AgendaItem, Commitment, CommitmentUpdate, Decision, Issue, Session
from portal.accounts.models import Membership, User
from portal.languages import Language, column, current
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify
from portal.notifications.reasons import TOLD_AS

KIND = "dialogues/issue_step"
#: Sessions that are still to come, or are being held.
OPEN_SESSIONS = (
    Session.Status.DRAFT,
    Session.Status.POLLING,
    Session.Status.SCHEDULED,
    Session.Status.IN_PROGRESS,
)


class Step(models.TextChoices):
    """What may happen to an issue; the label ends the line "TMEC-2027-014: …"."""

    PUBLISHED = "published", pgettext_lazy("step of an issue", "everybody can read it now")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("step of an issue", "acknowledged")
    REFERRED = "referred", pgettext_lazy("step of an issue", "passed to an agency")
    ON_AGENDA = "on_agenda", pgettext_lazy("step of an issue", "put on an agenda")
    OFF_AGENDA = "off_agenda", pgettext_lazy("step of an issue", "taken off an agenda")
    DISCUSSED = "discussed", pgettext_lazy("step of an issue", "discussed")
    DECIDED = "decided", pgettext_lazy("step of an issue", "a decision was taken")
    COMMITTED = "committed", pgettext_lazy("step of an issue", "somebody undertook something")
    PROGRESS = "progress", pgettext_lazy("step of an issue", "news of a commitment")
    KEPT = "kept", pgettext_lazy("step of an issue", "a commitment was kept")
    DROPPED = "dropped", pgettext_lazy("step of an issue", "a commitment was dropped")
    ANSWERED = "answered", pgettext_lazy("step of an issue", "answered")
    REOPENED = "reopened", pgettext_lazy("step of an issue", "opened again")
    DECLINED = "declined", pgettext_lazy("step of an issue", "declined")
    MERGED = "merged", pgettext_lazy("step of an issue", "goes on together with another")
    RESOLVED = "resolved", pgettext_lazy("step of an issue", "resolved")
    WITHDRAWN = "withdrawn", pgettext_lazy("step of an issue", "withdrawn")


def tell(issue: Issue, step: str, *, by: Any, occasion: object = "", **context: Any) -> None:
    """Promise a mail about ``step`` to whoever raised, endorsed or follows ``issue``, except to who did it.

    Once per step and ``occasion`` (which session, commitment …), however often it is called. Whoever raised a duplicate
    of it hears of it too, by way of hers. ``context`` holds JSON values; texts that exist in several languages go as
    :func:`words`, and each recipient reads hers. Raises ``ValueError`` for a step that is none of :class:`Step`.
    """
    through = {person: heard for person, heard in audience(issue).items() if person != by}

    def own(person: User) -> dict[str, Any]:
        heard = through[person]
        is_other = heard.issue.pk != issue.pk
        return {
            "url": heard.issue.get_absolute_url(),
            "through": heard.issue.reference if is_other else "",
            TOLD_AS: because.MERGED if is_other else heard.told_as,
        }

    notify(through, KIND, about=issue, occasion=f"{Step(step)}:{occasion}", own=own, step=step, **context)


@dataclass(frozen=True)
class Heard:
    """The issue that somebody knows it by, and in which part she hears of it (dialogues/because.py)."""

    issue: Issue
    told_as: str


def audience(issue: Issue) -> dict[User, Heard]:
    """Whoever raised, endorsed or follows ``issue`` and may see it, each with the issue she knows it by.

    Of the raising side: who filed it, and the firm's people when somebody else did; its chamber's when nobody else is
    left. Of an endorsing organization: who said so, or its people when she has left.
    """
    merged = list(issue.duplicates.select_related("dialogue"))
    endorsed = list(issue.endorsements.values_list("organization", "by"))
    people = _people([issue, *merged], [organization for organization, _by in endorsed])
    found: dict[int, Heard] = {}
    for one in (issue, *merged):
        found |= {person: Heard(one, because.RAISED) for person in _side(one, people) if person not in found}
    others = dict.fromkeys(issue.followers.values_list("user", flat=True), Heard(issue, because.FOLLOWS))
    for organization, said_by in endorsed:
        hers = people.get(organization, set())
        others |= dict.fromkeys(hers & {said_by} or hers, Heard(issue, because.ENDORSED))
    if not issue.is_public:
        may_see = {official.pk for official in announcing.officials(issue.dialogue)}
        others = {person: heard for person, heard in others.items() if person in may_see}
    found = others | found
    users = User.objects.filter(pk__in=found, is_active=True).order_by("pk")
    return {user: found[user.pk] for user in users}


@transaction.atomic
def after_publication(session: Session, *, by: Any) -> None:
    """The minutes are out: issues with a commitment are committed to; all that were talked about are told of.

    A decision alone leaves an issue on the agenda. Calling it again, after a correction, tells only what is new.
    """
    decisions = _by_item(Decision.objects.published().filter(session=session))
    commitments = _by_item(Commitment.objects.published().filter(session=session).select_related("owner", "decision"))
    for issue in _issues_of(session):
        items = set(issue.agenda_items.filter(session=session).values_list("pk", flat=True))
        decided = [row for item in items for row in decisions.get(item, [])]
        promised = [row for item in items for row in commitments.get(item, [])]
        row = lock(issue)
        if promised and row.may(Issue.Status.COMMITTED):
            row = move(row, Issue.Status.COMMITTED, by=by, details={"session": session.pk}, changed_at=timezone.now())
        step = Step.COMMITTED if promised else Step.DECIDED if decided else Step.DISCUSSED
        last = [max((one.pk for one in rows), default=0) for rows in (decided, promised)]
        tell(
            row,
            step,
            by=by,
            occasion=".".join(str(number) for number in (session.pk, *last)),
            **named(session),
            **(_recorded(decided, promised) if session.is_public else {}),
        )


@transaction.atomic
def after_commitment(commitment: Commitment, *, by: Any) -> None:
    """There is news of a published commitment: begun, a note, another due date, kept or dropped.

    Tells whoever the issues of its agenda item concern, with the latest progress note; the same news only once.
    """
    if commitment.published_at is None:
        return
    update = commitment.updates.first()
    occasion = f"{commitment.pk}.{commitment.status}.{commitment.due_on}.{update.pk if update else 0}"
    _tell_watchers(commitment, update, occasion)
    item = commitment.agenda_item
    if item is None and commitment.decision is not None:
        item = commitment.decision.agenda_item
    if item is None:
        return
    step = {Commitment.Status.DONE: Step.KEPT, Commitment.Status.DROPPED: Step.DROPPED}.get(
        Commitment.Status(commitment.status), Step.PROGRESS
    )
    facts: dict[str, Any] = {"promised": [_promised(commitment)], "dropped_because": commitment.dropped_because}
    if update:
        facts |= {"note": update.text, "note_language": update.language, "evidence_url": update.evidence_url}
    for issue in item.issues.select_related("dialogue"):
        tell(issue, step, by=by, occasion=occasion, **(facts if commitment.session.is_public else {}))


def _tell_watchers(commitment: Commitment, update: CommitmentUpdate | None, occasion: str) -> None:
    watching.tell(
        watching.COMMITMENT,
        commitment,
        occasion=occasion,
        state=commitment.status,
        due_on=commitment.due_on.isoformat(),
        dropped_because=commitment.dropped_because,
        note=update.text if update else "",
        note_language=update.language if update else "",
    )


@transaction.atomic
def after_cancellation(session: Session, *, by: Any) -> None:
    """The session is called off: its issues wait for another one, unless they are on another agenda too."""
    for issue in _issues_of(session):
        leave_agenda(issue, session=session, by=by)


def leave_agenda(issue: Issue, *, session: Session, by: Any) -> Issue:
    """Back to acknowledged, and everybody told, unless ``issue`` is on the agenda of another session to come.

    Nothing changes for an issue that is not on the agenda any more: answered since, say. Return it fresh.
    """
    issue = lock(issue)
    elsewhere = issue.agenda_items.exclude(session=session).filter(session__status__in=OPEN_SESSIONS)
    if issue.status != Issue.Status.ON_AGENDA or elsewhere.exists():
        return issue
    now = timezone.now()
    changes = {"changed_at": now, "acknowledged_at": issue.acknowledged_at or now}
    details = {"session": session.pk}
    issue = move(issue, Issue.Status.ACKNOWLEDGED, by=by, verb="taken_off_agenda", details=details, **changes)
    # It may be put on the same agenda and taken off again.
    tell(issue, Step.OFF_AGENDA, by=by, occasion=f"{session.pk}.{now.isoformat()}", **named(session))
    return issue


def named(session: Session) -> dict[str, Any]:
    """Title and day of a session for a mail's context; nothing of one that is not public or has no date yet."""
    if not Session.objects.public().filter(pk=session.pk).exists():
        return {}
    return {"session": words(session, "title"), "day": session.starts_on.isoformat() if session.starts_on else ""}


def words(row: models.Model, field: str) -> dict[str, str]:
    """A translated field as a mail carries it: language → text, without the languages it is not written in."""
    texts = {code: getattr(row, column(field, code)) or "" for code in Language.values}
    return {code: text for code, text in texts.items() if text}


def in_own_words(texts: Mapping[str, str]) -> str:
    """Of a text in several languages (:func:`words`) the reader's, or the first there is; "" for none."""
    return next((texts[code] for code in (current(), *Language.values) if code in texts), "")


def _issues_of(session: Session) -> list[Issue]:
    on_it = AgendaItem.issues.through.objects.filter(agendaitem__session=session)
    return list(Issue.objects.filter(pk__in=on_it.values("issue")).select_related("dialogue").order_by("pk"))


def _by_item(rows: Iterable[Decision | Commitment]) -> dict[int, list[Any]]:
    """What belongs to each agenda item; a commitment without one belongs where its decision does."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        decision = getattr(row, "decision", None)
        if item := row.agenda_item_id or (decision and decision.agenda_item_id):
            found.setdefault(item, []).append(row)
    return found


def _recorded(decided: list[Decision], promised: list[Commitment]) -> dict[str, Any]:
    return {
        "decided": [words(decision, "text") for decision in decided],
        "promised": [_promised(commitment) for commitment in promised],
    }


def _promised(commitment: Commitment) -> dict[str, Any]:
    return {
        "text": words(commitment, "text"),
        "owner": commitment.owner.name,
        "due_on": commitment.due_on.isoformat(),
    }


def _people(issues: list[Issue], endorsing: list[int]) -> dict[int, set[int]]:
    """Organization → its active people, for all who stand behind these issues."""
    places = {pk for one in issues for pk in (one.organization_id, one.chamber_id) if pk} | set(endorsing)
    found: dict[int, set[int]] = {}
    members = Membership.objects.active().filter(organization__in=places, user__is_active=True)
    for organization, user in members.values_list("organization", "user"):
        found.setdefault(organization, set()).add(user)
    return found


def _side(issue: Issue, people: dict[int, set[int]]) -> set[int]:
    """Who of the raising side hears of a step."""
    firm, chamber = people.get(issue.organization_id, set()), people.get(issue.chamber_id or 0, set())
    filed_by = {issue.filed_by_id} & (firm | chamber) if issue.filed_by_id else set()
    return filed_by | (set() if filed_by & firm else firm) or chamber
