"""How a firm puts an issue to a dialogue: a draft kept at every step, submitted with a number and a clock.

The firm files itself, or a chamber that registered or vouches for it does; a chamber may raise an issue of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import searching, threads, workdays
from dialogues.models import Dialogue, Issue
from dialogues.permissions import is_of_issue
from portal.accounts import firms
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import chamber_ids, company_ids
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify
from portal.reference.models import Economy

Identity = Issue.Identity
Status = Issue.Status

#: Of one organization at one time: what is begun is to be finished or discarded.
MOST_DRAFTS = 20
#: What the form asks for, column by column; ``topics`` and ``sectors`` are lists.
ANSWERS = frozenset(
    {"title", "language", "what_happened", "effect", "proposal", "concerns", "hs_codes", "identity", "chamber"}
)
LISTS = frozenset({"topics", "sectors"})


@dataclass(frozen=True)
class Voice:
    """For whom a person may raise an issue; ``chamber`` when it does so for its member firm."""

    organization: Organization
    chamber: Organization | None = None

    @property
    def key(self) -> str:
        """Stands for it in a form: "12", or "12-7" with the chamber."""
        return f"{self.organization.pk}-{self.chamber.pk}" if self.chamber else str(self.organization.pk)


def voices(user: Any, dialogue: Dialogue) -> list[Voice]:
    """For whom ``user`` may raise an issue in ``dialogue``: her firms, her verified chambers, their member firms.

    All of them of an economy that is a Party; organizations whose verification was refused are left out.
    """
    known = Organization.objects.exclude(status=Organization.Status.REFUSED).filter(economy__in=dialogue.party_codes)
    own = list(known.filter(pk__in=company_ids(user) | chamber_ids(user)).order_by("name", "pk"))
    found = [Voice(organization) for organization in own]
    for chamber in (one for one in own if one.kind == Organization.Kind.CHAMBER):
        members = firms.firms_of([chamber.pk]).exclude(status=Organization.Status.REFUSED)
        members = members.filter(economy__in=dialogue.party_codes).order_by("name", "pk")
        found += [Voice(firm, chamber) for firm in members]
    return found


def chambers_for(issue: Issue) -> list[Organization]:
    """Through whom its firm may speak: the chamber that files it, or those that vouch for the firm."""
    if issue.organization.kind != Organization.Kind.SME:
        return []
    speaking = firms.chambers_of([issue.organization_id]).order_by("name", "pk")
    return list(speaking)


@transaction.atomic
def draft(
    dialogue: Dialogue,
    *,
    organization: Organization,
    title: str,
    language: str,
    by: User,
    chamber: Organization | None = None,
) -> Issue:
    """Begin an issue of ``organization``, in its own words; nobody but its side sees it.

    The same title begun twice, by a double click say, is begun once.
    Raises ``ValidationError``: ``voice`` when she may not speak for it here, ``too_many`` for too many drafts.
    """
    voice = Voice(organization, chamber)
    if voice.key not in {one.key for one in voices(by, dialogue)}:
        raise ValidationError(_("You cannot raise an issue for this organization here."), code="voice")
    # Of two tabs the second waits, and sees what the first one began. Others may refer to the organization meanwhile.
    Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=organization.pk)
    drafts = Issue.objects.filter(organization=organization, status=Status.DRAFT)
    same = drafts.filter(dialogue=dialogue, title=title, chamber=chamber, filed_by=by).first()
    if same is not None:
        return same
    if drafts.count() >= MOST_DRAFTS:
        raise ValidationError(
            _("%(count)s drafts of this organization wait already. Finish or discard one of them first."),
            code="too_many",
            params={"count": MOST_DRAFTS},
        )
    issue = Issue(
        dialogue=dialogue,
        organization=organization,
        chamber=chamber,
        economy=organization.economy,
        filed_by=by,
        title=title,
        language=language,
        identity=Identity.OFFICIALS,
    )
    issue.full_clean()
    issue.save()
    record(by, "drafted", issue)
    return issue


@transaction.atomic
def revise(issue: Issue, *, by: User, **answers: Any) -> Issue:
    """Keep what one step of the form asked: some of ``ANSWERS`` and ``LISTS``. Return it fresh.

    Raises ``ValidationError``: ``illegal_move`` when it is no draft any more, ``chamber`` when the named chamber does
    not speak for the firm; ``PermissionDenied`` for anybody not of its side.
    """
    issue = _locked_draft(issue, by=by)
    if unknown := answers.keys() - ANSWERS - LISTS:
        raise TypeError(f"An issue is not asked for {sorted(unknown)}.")
    lists = {name: answers.pop(name) for name in LISTS if name in answers}
    for name, value in answers.items():
        setattr(issue, name, value)
    if "identity" in answers:
        _require_chamber(issue)
    issue.changed_at = timezone.now()
    issue.full_clean(exclude=["topics", "sectors"])
    issue.save(update_fields=[*answers, "changed_at"])
    for name, rows in lists.items():
        getattr(issue, name).set(rows)
    record(by, "revised", issue)
    return issue


def missing(issue: Issue) -> list[str]:
    """What must still be said before it can be submitted: names of fields, in the order of the form."""
    needed = ["title", "what_happened"]
    found = [name for name in needed if not getattr(issue, name).strip()]
    if issue.identity == Identity.CHAMBER and issue.chamber_id is None:
        found.append("identity")
    return found


@transaction.atomic
def submit(issue: Issue, *, by: User) -> Issue:
    """Put it to the officials, with the next number of its dialogue's year and the days by which they answer.

    The numbers of a year have no gap: the dialogue is locked while one is given. The year and the days are those of
    the Party concerned, by the clock of its capital; UTC when it concerns all.
    Raises ``ValidationError``: ``illegal_move``, ``incomplete`` (something in :func:`missing`), ``voice`` and
    ``chamber`` when the organization or its chamber may not speak here any more; ``PermissionDenied``.
    """
    dialogue = lock(issue.dialogue)
    issue = _locked_draft(issue, by=by)
    if missing(issue):
        raise ValidationError(_("Something is still missing. Go through the steps once more."), code="incomplete")
    refused = issue.organization.status == Organization.Status.REFUSED
    if refused or issue.organization.economy_id not in dialogue.party_codes:
        raise ValidationError(_("This organization cannot raise an issue here."), code="voice")
    _require_chamber(issue)
    now = timezone.now()
    today = now.astimezone(_zone_of(issue.concerns)).date()
    issue = move(
        issue,
        Status.SUBMITTED,
        by=by,
        verb="submitted",
        reference=next_reference(dialogue, today.year),
        economy=issue.organization.economy,
        submitted_at=now,
        changed_at=now,
        acknowledge_by=workdays.add(today, dialogue.acknowledge_days, issue.concerns_id),
        answer_by=workdays.add(today, dialogue.answer_days, issue.concerns_id),
    )
    searching.refresh(issue)
    _tell_of_submission(issue)
    return issue


@transaction.atomic
def withdraw(issue: Issue, *, by: User) -> Issue:
    """Take it back; a draft is discarded. Whoever endorsed or follows a public one is told.

    Raises ``ValidationError(code="illegal_move")`` once it is on an agenda or answered; ``PermissionDenied``.
    """
    row = lock(issue)
    if not is_of_issue(by, row):
        raise PermissionDenied
    was_draft = row.status == Status.DRAFT
    row = move(row, Status.WITHDRAWN, by=by, verb="discarded" if was_draft else "withdrawn", changed_at=timezone.now())
    if row.is_public:
        threads.tell(row, "withdrawn", by=by)
    return row


def next_reference(dialogue: Dialogue, year: int) -> str:
    """ "TMEC-2027-014": the next number of this dialogue and year. Its caller holds the dialogue's lock."""
    begins = f"{dialogue.code}-{year}-"
    given = Issue.objects.filter(dialogue=dialogue, reference__startswith=begins).values_list("reference", flat=True)
    last = max((int(reference.removeprefix(begins)) for reference in given), default=0)
    return f"{begins}{last + 1:03d}"


def side_of(issue: Issue) -> models.QuerySet[User]:
    """The people of the raising side: of the firm, and of the chamber that speaks for it."""
    places = [pk for pk in (issue.organization_id, issue.chamber_id) if pk]
    return _people(places)


def officials_for(issue: Issue) -> models.QuerySet[User]:
    """Who owes the answer: officials of the Party concerned, or of every Party."""
    codes: Iterable[str] = [issue.concerns_id] if issue.concerns_id else issue.dialogue.party_codes
    return _people(Organization.objects.agencies().filter(economy__in=list(codes)).values("pk"))


def _people(organizations: Any) -> models.QuerySet[User]:
    members = Membership.objects.active().filter(organization__in=organizations)
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("pk")


def _tell_of_submission(issue: Issue) -> None:
    """The raising side gets its number and the days; the officials hear that something waits, and not from whom."""
    notify(side_of(issue), "dialogues/issue_submitted", about=issue)
    notify(officials_for(issue), "dialogues/issue_received", about=issue)


def _locked_draft(issue: Issue, *, by: User) -> Issue:
    row = lock(issue)
    if not is_of_issue(by, row):
        raise PermissionDenied
    if row.status != Status.DRAFT:
        raise ValidationError(_("It is submitted already; what was filed stays as it is."), code="illegal_move")
    return row


def _require_chamber(issue: Issue) -> None:
    """A named chamber must speak for the firm now."""
    if issue.chamber_id is None:
        if issue.identity == Identity.CHAMBER:
            raise ValidationError(_("Choose the chamber that speaks for you."), code="chamber")
        return
    if issue.chamber_id not in {chamber.pk for chamber in chambers_for(issue)}:
        raise ValidationError(_("This chamber does not speak for the firm any more."), code="chamber")


def _zone_of(economy: Economy | None) -> ZoneInfo:
    return ZoneInfo((economy and economy.default_time_zone) or "UTC")
