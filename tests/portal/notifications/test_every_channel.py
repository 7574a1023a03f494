"""Whatever happens in whatever order: inbox, mail and personal feed carry the same items, each of them once.

Three people with an account and one with an address alone follow searches, stop, choose rhythms and hours; resources go
public, change, are withdrawn and come back; officials write; mornings pass. Beside it stands what ought to come of it,
worked out without the portal's own matching.
"""

import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.notifications import digests, followed, mails, matching, personal, preferences, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Category, Digest, Notification, Rhythm, Subscription
from portal.notifications.outbox import Address, notify
from portal.notifications.preferences import NEVER, Subscriber
from portal.notifications.subscriptions import Asked
from resources import publishing
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.reference import economy
from tests.factories.resources import texts

#: A Wednesday.
BEGIN = datetime(2027, 3, 10, 12, tzinfo=UTC)
FOLLOWED = "resources/resource_followed"
#: The address of a list, and whether a resource would be in it.
SEARCHES = {
    "": lambda resource: True,
    "economy=US": lambda resource: True,
    "economy=MX": lambda resource: False,
    "words=duties": lambda resource: "duties" in resource.title_en.lower(),
    "words=harvest&economy=US": lambda resource: "harvest" in resource.title_en.lower(),
}
BARE = "vera@example.com"
#: In the order in which they are numbered: three accounts, and the bare address last.
WHO, ACCOUNT, WHICH = st.integers(0, 3), st.integers(0, 2), st.integers(0, 9)
SEARCH = st.sampled_from(sorted(SEARCHES))
RHYTHM = st.sampled_from(Rhythm.values)
TITLE = st.sampled_from(["Duties on dried fruit", "Harvest insurance", "Duties after the harvest"])
ATOM = "{http://www.w3.org/2005/Atom}"
SENT, WAITING, PENDING, MUTED = "sent", "waiting", "pending", "muted"


class EveryChannel(RuleBasedStateMachine):
    """What each person ought to be told is in ``owed``: of resources their number, of letters their key."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.travel = time_machine.travel(BEGIN, tick=False)
        self.clock = self.travel.start()
        mail.outbox.clear()
        economy("MX")
        self.office = OrganizationFactory(agency=True, code="US")
        self.author, self.reviewer = (UserFactory(official_of="US") for _number in range(2))
        self.people = [
            UserFactory(time_zone=zone, language=language)
            for zone, language in (("UTC", "en"), ("America/Mexico_City", "es"), ("Asia/Taipei", "zh-hant"))
        ]
        for person in self.people:
            personal.begin(by=person)
        self.kind = followed.by_name("resource")
        self.owed = [set() for _person in range(4)]
        self.unmatched, self.resources, self.letters = [], [], 0

    def teardown(self):
        try:
            self.everything_arrives()
        finally:
            self.travel.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # --- What people do ---------------------------------------------------------------------------

    @initialize(searches=st.lists(SEARCH, min_size=4, max_size=4))
    def everybody_follows_something(self, searches):
        for who, search in enumerate(searches):
            self.follows(who, search)

    @rule(who=WHO, search=SEARCH)
    def follows(self, who, search):
        wish = self.kind.read(QueryDict(search))
        if who < len(self.people):
            subscriptions.follow(self.kind, wish, by=self.people[who])
        else:
            asked = Asked(followed.keep(self.kind, wish), BARE, "fr", "America/Toronto", datetime.now(UTC))
            subscriptions.confirm(asked)

    @rule(who=WHO, which=WHICH)
    def stops(self, who, which):
        if row := self.one_of(self.live(who), which):
            subscriptions.end(row, reason="link", by=row.user)

    @rule(who=WHO, which=WHICH, rhythm=RHYTHM)
    def chooses_a_rhythm(self, who, which, rhythm):
        if row := self.one_of(self.live(who), which):
            subscriptions.set_rhythm(row, rhythm=rhythm, by=row.user)

    @rule(who=ACCOUNT, choice=RHYTHM | st.just(NEVER), category=st.sampled_from(["resources", "dialogues"]))
    def chooses_for_a_category(self, who, choice, category):
        preferences.choose(wanted={category: choice}, by=self.people[who])

    @rule(on=st.booleans())
    def the_bare_address_switches(self, on):
        preferences.switch(Subscriber(Category.RESOURCES, None, BARE), on=on)

    @rule(who=ACCOUNT, hours=st.sampled_from([(8, None, None), (20, None, None), (6, "18:00", "09:00")]))
    def chooses_hours(self, who, hours):
        names = ("digest_hour", "quiet_from", "quiet_until")
        times = [hours[0], *(datetime.strptime(one, "%H:%M").time() if one else None for one in hours[1:])]  # noqa: DTZ007
        preferences.set_rest(hours=dict(zip(names, times, strict=True)), by=self.people[who])

    # --- What there is to tell ----------------------------------------------------------------------

    @rule(title=TITLE)
    def a_resource_goes_public(self, title):
        made = publishing.draft(by=self.author, **texts(publisher=self.office, title_en=title))
        self.go_public(made)
        self.resources.append(made.pk)

    @rule(which=WHICH, title=TITLE)
    def a_resource_changes(self, which, title):
        if row := self.in_state(which, Resource.Status.PUBLISHED):
            publishing.revise(row, version=row.version, by=self.author, title_en=title)

    @rule(which=WHICH)
    def a_resource_is_withdrawn(self, which):
        if row := self.in_state(which, Resource.Status.PUBLISHED):
            publishing.withdraw(row, reason="Out of date.", by=self.reviewer)

    @rule(which=WHICH)
    def a_resource_comes_back(self, which):
        if row := self.in_state(which, Resource.Status.ARCHIVED):
            self.go_public(publishing.reopen(row, by=self.author))

    @rule(who=st.sets(WHO, min_size=1), again=st.booleans())
    def an_office_writes(self, who, again):
        self.letters += not (again and self.letters)
        people = [self.people[one] if one < len(self.people) else Address(BARE, "fr") for one in sorted(who)]
        notify(people, "dialogues/meeting", about=self.office, occasion=self.letters, word=f"word {self.letters}")
        for one in who:
            self.owed[one].add(f"accounts.organization:{self.office.pk}:{self.letters}")

    @rule()
    def what_went_public_is_matched(self):
        for pk in self.unmatched:
            resource = Resource.objects.get(pk=pk)
            if resource.status == Resource.Status.PUBLISHED:
                for who, told in enumerate(self.owed):
                    if any(SEARCHES[self.address_of(row)](resource) for row in self.live(who)):
                        told.add(f"resources.resource:{pk}:")
        self.unmatched.clear()
        matching.match_due()

    # --- What the portal does with it ---------------------------------------------------------------

    @rule()
    def mails_go(self):
        deliver_due()

    @rule(hours=st.sampled_from([1, 7, 24, 72]))
    def time_passes(self, hours):
        self.clock.shift(timedelta(hours=hours))
        digests.plan()
        digests.send_due()

    @invariant()
    def who_is_promised_is_who_follows(self):
        for who, told in enumerate(self.owed):
            assert Counter(row.key for row in self.rows(who)) == Counter(told)

    @invariant()
    def inbox_and_feed_carry_the_same(self):
        for person in self.people:
            inbox = [f"urn:uuid:{row.uid}" for row in Notification.objects.visible_to(person)]
            feed = ET.fromstring(personal.atom(person, address="https://portal.example/feed"))
            assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == inbox

    @invariant()
    def mail_carries_what_the_inbox_does_or_will(self):
        alone = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
        for who in range(4):
            for row in self.rows(who).select_related("digest"):
                assert alone[mails.message_id(row.uid)] == (row.status == SENT and row.digest is None)
                assert row.status in {SENT, WAITING, PENDING, MUTED}
                if row.status != PENDING:
                    assert row.subject, "what was looked at is in the inbox"
                if row.digest is not None:
                    (letter,) = [m for m in mail.outbox if m.extra_headers["Message-ID"] == self.id_of(row.digest)]
                    assert row.subject in letter.body
                    assert self.address(who) in letter.to[0]
        assert set(alone.values()) <= {1}

    def everything_arrives(self):
        """One more thing goes public. Nine days later nothing waits: each item was in a mail once, or its mails are
        switched off."""
        self.a_resource_goes_public("Duties after the harvest")
        self.what_went_public_is_matched()
        for _time in range(31):
            deliver_due()
            self.time_passes(7)
        self.who_is_promised_is_who_follows()
        self.inbox_and_feed_carry_the_same()
        self.mail_carries_what_the_inbox_does_or_will()
        for who in range(4):
            assert set(self.rows(who).values_list("status", flat=True)) <= {SENT, MUTED}
            assert len(self.rows(who)) == len(self.owed[who])
        said = sum(line.times for digest in Digest.objects.filter(status=SENT) for line in self.lines(digest))
        assert said == Notification.objects.filter(digest__isnull=False).count()

    # --- Looking things up --------------------------------------------------------------------------

    def address(self, who):
        return self.people[who].email if who < len(self.people) else BARE

    def live(self, who):
        hers = {"user": self.people[who]} if who < len(self.people) else {"address": BARE}
        return Subscription.objects.live().filter(**hers).select_related("criteria", "user").order_by("pk")

    def rows(self, who):
        hers = {"recipient": self.people[who]} if who < len(self.people) else {"address": BARE}
        return Notification.objects.filter(**hers).order_by("pk")

    def address_of(self, row):
        (found,) = [
            address
            for address in SEARCHES
            if followed.digest(self.kind, self.kind.read(QueryDict(address))) == row.criteria.digest
        ]
        return found

    def in_state(self, which, status):
        return self.one_of(Resource.objects.filter(pk__in=self.resources, status=status).order_by("pk"), which)

    @staticmethod
    def one_of(rows, which):
        rows = list(rows)
        return rows[which % len(rows)] if rows else None

    def go_public(self, draft):
        publishing.publish(publishing.submit(draft, by=self.author, tells=False), by=self.reviewer)
        self.unmatched.append(draft.pk)

    @staticmethod
    def id_of(digest):
        return mails.message_id(digest.uid)

    @staticmethod
    def lines(digest):
        return [line for group in digests.grouped(digest.items.order_by("-created_at", "-pk")) for line in group.lines]


@pytest.mark.usefixtures("us")
def test_inbox_mail_and_feed_carry_the_same_whatever_happens():
    run_state_machine_as_test(
        EveryChannel,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # a shorter history would take longer to find than a test may
            suppress_health_check=list(HealthCheck),
        ),
    )
