"""Reminds of reviews: who publishes a resource before the day, the economy's other officials after it. And of changes
that nobody else has looked over: those who may, and later the office that answers for the topic.

Nothing is planned ahead. Each run looks at the rows as they are and promises what is due and was not told yet, so
moving a date moves its reminders, and a clock that stood still goes on with the latest reminder alone. A person gets
one mail a day, whatever is in it; the mails themselves remember what they told (``Notification.context``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.models import Membership, Organization, User
from portal.focal.models import FocalPoint
from portal.notifications.models import Notification
from portal.notifications.outbox import notify
from resources.models import Report, Resource

KIND = "resources/review_due"
#: Days from the review date, by whom they are told to. The issue's promise, and twice more, not every week.
BEFORE = (-30, -7, 0)
AFTER = (14, 30)
#: Days from a change in public until those who may look it over are reminded, and until the focal point hears of it.
LOOK, LOOK_LATE = 7, 30
#: Overdue longer than this is on desks and in the coverage report, and no longer in mails (days).
PATIENCE = 60
#: How long ago a mail can have told of something that is still being told of (days).
MEMORY = 2 * (PATIENCE + 30)
#: The hour of a person's morning from which on she is reminded.
MORNING = 8
SHOWN = 20  # titles under each heading of a mail
UNSEEN = "unseen "
AT_ONCE = 500  # resources in one mail; the others follow the next day

#: (resource, its review date, "reports" of readers or "unseen " with the day of a change that waits for a second look;
#: how far: days from that date, or the last report).
Told = tuple[int, str, int]


@dataclass
class People:
    """Who answers for what: the ids of officials by agency and by economy, and of administrators."""

    agencies: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    #: By economy and topic ("" for every topic): the people of the offices that the directory names.
    offices: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    economies: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    administrators: set[int] = field(default_factory=set)

    def publishers(self, due: "Due") -> set[int]:
        """The officials of its publisher; where it has none, all who keep the resource."""
        keepers = self.keepers(due)
        return keepers & self.agencies.get(due.publisher, set()) or keepers

    def focal_points(self, due: "Due") -> set[int]:
        """Who hears of what the publisher let lie: those of the keepers whose office answers for the topic; where
        the directory names none, the economy's other officials; where there are none, all who keep it; for an
        economy without officials, the administrators.
        """
        keepers = self.keepers(due)
        others = keepers - self.publishers(due)
        return self.answering(due) & others or others or keepers or self.administrators

    def answering(self, due: "Due") -> set[int]:
        """The people of the offices that the directory names for its topics in its economies."""
        return set().union(*(self.offices.get((code, topic), set()) for code in due.economies for topic in due.topics))

    def lookers(self, due: "Due") -> set[int]:
        """Who may look over what was changed in public, as :func:`resources.people.lookers`."""
        return self.keepers(due) - due.changers or (self.administrators - due.changers)

    def late_lookers(self, due: "Due") -> set[int]:
        """Of those, who hears of it when the others let it lie: the offices that answer, where there are any."""
        lookers = self.lookers(due)
        return self.answering(due) & lookers or lookers

    def keepers(self, due: "Due") -> set[int]:
        if not due.economies:
            return self.administrators
        return set().union(*(self.economies.get(code, set()) for code in due.economies))


@dataclass(frozen=True)
class Due:
    """A published resource with its review date, and the last unanswered report that it is out of date."""

    pk: int
    publisher: int
    economies: tuple[str, ...]
    on: date
    report: int = 0
    #: Slugs, and "" for the offices that answer for every topic.
    topics: tuple[str, ...] = ("",)
    #: The day (UTC) since which a change waits for a second look, and who made it.
    unseen: date | None = None
    changers: frozenset[int] = frozenset()

    def told_to(self, person: int, people: People, today: date) -> Iterator[Told]:
        """What there is to tell this person on her day, told already or not."""
        is_publisher = person in people.publishers(self)
        days = BEFORE * is_publisher + AFTER * (person in people.focal_points(self))
        reached = [offset for offset in days if self.on + timedelta(offset) <= today]
        if reached and today <= self.on + timedelta(PATIENCE):
            yield self.pk, self.on.isoformat(), max(reached)
        if self.report and is_publisher:
            yield self.pk, "reports", self.report
        if self.unseen and (days_waited := self._waited(self.unseen, person, people, today)):
            yield self.pk, f"{UNSEEN}{self.unseen.isoformat()}", days_waited

    def _waited(self, since: date, person: int, people: People, today: date) -> int:
        """How far the wait for a second look has come for this person; 0 when it is not hers, or not yet."""
        waited = (today - since).days
        if LOOK_LATE <= waited <= PATIENCE and person in people.late_lookers(self):
            return LOOK_LATE
        return LOOK if LOOK <= waited <= PATIENCE and person in people.lookers(self) else 0


def remind() -> int:
    """Promise today's mail to everybody whose morning has come; return how many.

    Run it every hour, or whenever: what was promised today, or told before, is not promised again.
    """
    now = timezone.now()
    people, dues = _people(), _dues(now)
    concerned = people.administrators.union(*people.economies.values())
    memory = _memory(now)
    promised = 0
    for person in get_user_model().objects.filter(pk__in=concerned).order_by("pk"):
        here = now.astimezone(ZoneInfo(person.time_zone))
        today = here.date()
        if here.hour < MORNING or today.isoformat() in memory.days[person.pk]:
            continue
        told = memory.told[person.pk]
        news = [one for due in dues for one in due.told_to(person.pk, people, today) if _is_new(one, told)]
        if news:
            _promise(person, news[:AT_ONCE], today)
            promised += 1
    return promised


@dataclass
class Memory:
    """What the mails of the last months told, by person: the days of the mails, and how far each thing was told."""

    days: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: dict[int, dict[tuple[int, str], int]] = field(default_factory=lambda: defaultdict(dict))


def _memory(now: datetime) -> Memory:
    memory = Memory()
    mails = Notification.objects.filter(kind=KIND, created_at__gte=now - timedelta(MEMORY))
    for person, context in mails.order_by("created_at").values_list("recipient", "context"):
        memory.days[person].add(context["day"])
        for pk, what, how_far in context["told"]:
            known = memory.told[person].get((pk, what), how_far)
            memory.told[person][pk, what] = max(known, how_far)
    return memory


def _is_new(one: Told, told: dict[tuple[int, str], int]) -> bool:
    pk, what, how_far = one
    return (pk, what) not in told or told[pk, what] < how_far


def _people() -> People:
    people = People()
    officials = Membership.objects.active().filter(
        user__is_active=True,
        organization__kind=Organization.Kind.AGENCY,
        organization__status=Organization.Status.VERIFIED,
    )
    for user, agency, economy in officials.values_list("user", "organization", "organization__economy"):
        people.agencies[agency].add(user)
        if economy:
            people.economies[economy].add(user)
    for point in FocalPoint.objects.current().prefetch_related("topics"):
        for slug in [topic.slug for topic in point.topics.all()] or [""]:
            people.offices[point.economy_id, slug] |= people.agencies.get(point.organization_id, set())
    administrators = get_user_model().objects.filter(is_active=True, is_staff=True)
    people.administrators.update(administrators.values_list("pk", flat=True))
    return people


def _dues(now: datetime) -> list[Due]:
    """What may be told to somebody somewhere today, the first due first; dates differ by a day around the world."""
    today = now.astimezone(UTC).date()
    near = Q(review_due_on__range=(today - timedelta(PATIENCE + 1), today + timedelta(1 - min(BEFORE))))
    reports: dict[int, int] = dict(
        Report.objects.open()
        .filter(verdict=Report.Verdict.OUT_OF_DATE)
        .values_list("resource")
        .annotate(Max("pk"))
        .order_by()
    )
    rows = (
        Resource.objects.published()
        .filter(near | Q(pk__in=reports) | Q(unseen_since__isnull=False))
        .annotate(codes=ArrayAgg("economies", filter=~Q(economies=None), default=[], distinct=True))
        .annotate(slugs=ArrayAgg("topics__slug", filter=~Q(topics=None), default=[], distinct=True))
        .order_by("review_due_on", "pk")
        .values_list("pk", "publisher", "codes", "review_due_on", "slugs", "unseen_since", "unseen_by")
    )
    return [
        Due(
            pk,
            publisher,
            tuple(codes),
            on,
            reports.get(pk, 0),
            ("", *slugs),
            since and since.astimezone(UTC).date(),
            frozenset(changers),
        )
        for pk, publisher, codes, on, slugs, since, changers in rows
    ]


def _promise(person: User, news: list[Told], today: date) -> None:
    with translation.override(person.language):
        notify(
            [person],
            KIND,
            about=person,
            occasion=today.isoformat(),
            url=reverse("resources:review-list"),
            day=today.isoformat(),
            count=len({pk for pk, _what, _how_far in news}),
            groups=list(_groups(news, person.language)),
            told=news,
        )


def _groups(news: list[Told], language: str) -> Iterator[dict[str, Any]]:
    """The mail's headings with their first titles; a resource stands under the first heading it belongs to."""
    under: dict[str, list[int]] = {"reported": [], "unseen": [], "overdue": [], "due": [], "soon": []}
    headings: dict[int, set[str]] = defaultdict(set)
    for pk, what, how_far in news:
        headings[pk].add(_heading(what, how_far))
    for pk, hers in headings.items():
        under[next(heading for heading in under if heading in hers)].append(pk)
    shown = _shown(pk for pks in under.values() for pk in pks[:SHOWN])
    for heading, pks in under.items():
        if pks:
            rows = [_row(shown[pk], language) for pk in pks[:SHOWN] if pk in shown]
            yield {"heading": heading, "rows": rows, "more": len(pks) - len(rows)}


def _heading(what: str, how_far: int) -> str:
    if what == "reports":
        return "reported"
    if what.startswith(UNSEEN):
        return "unseen"
    return "overdue" if how_far > 0 else "soon" if how_far < 0 else "due"


def _shown(pks: Iterable[int]) -> dict[int, Resource]:
    return Resource.objects.select_related("publisher").in_bulk(list(pks))


def _row(resource: Resource, language: str) -> dict[str, str]:
    return {
        "title": resource.reading(language).title,
        "slug": resource.slug,
        "publisher": resource.publisher.name,
        "due_on": resource.review_due_on.isoformat() if resource.review_due_on else "",
    }
