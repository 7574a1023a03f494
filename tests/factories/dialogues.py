from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone

from dialogues.models import (
    AgendaItem,
    Commitment,
    Dialogue,
    Indicator,
    IndicatorValue,
    Initiative,
    Issue,
    Minutes,
    MinutesSection,
    Question,
    Quota,
    Registration,
    Session,
    SessionInvitation,
)
from portal.languages import column
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.reference import agreement, economy


class DialogueFactory(factory.django.DjangoModelFactory):
    """Between the United States and Taiwan, in English and Chinese, unless ``parties`` (codes) says otherwise."""

    class Meta:
        model = Dialogue
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"dialogue-{n}")
    code = factory.Sequence(lambda n: f"D{n}")
    title_en = factory.Sequence(lambda n: f"SME Dialogue {n}")
    agreement = factory.LazyFunction(
        lambda: agreement("us-taiwan-21st-century-trade", parties=("US", "TW"), languages=("en", "zh-hant"))
    )
    working_languages = ("en", "zh-hant")

    @factory.post_generation
    def parties(self, create, codes):
        self.parties.set([economy(code) for code in codes or ("US", "TW")])
        self.__dict__.pop("party_codes", None)


def wall(days=30, hour=9, minute=0):
    """A wall time some days from now, far from any change of clocks."""
    return datetime.combine(_weekday(timezone.now().date() + timedelta(days=days)), datetime.min.time()).replace(
        hour=hour, minute=minute
    )


def _weekday(day):
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


class SessionFactory(factory.django.DjangoModelFactory):
    """A draft; ``scheduled=True``, ``held=True`` (yesterday, here) or ``past=True`` (from a source, day known)."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    class Params:
        local = factory.LazyFunction(wall)
        timed = factory.Trait(
            zone="Asia/Taipei",
            starts_local=factory.SelfAttribute("local"),
            ends_local=factory.LazyAttribute(lambda o: o.starts_local + timedelta(hours=2)),
            starts_at=factory.LazyAttribute(lambda o: _utc(o.starts_local, o.zone)),
            ends_at=factory.LazyAttribute(lambda o: _utc(o.ends_local, o.zone)),
            starts_on=factory.LazyAttribute(lambda o: o.starts_local.date()),
            ends_on=factory.LazyAttribute(lambda o: o.ends_local.date()),
            announced_at=factory.LazyFunction(timezone.now),
        )
        scheduled = factory.Trait(timed=True, status="scheduled")
        running = factory.Trait(timed=True, status="in_progress", local=factory.LazyFunction(lambda: wall(-4)))
        held = factory.Trait(timed=True, status="held", local=factory.LazyFunction(lambda: wall(-4)))
        past = factory.Trait(status="held", starts_on=date(2022, 4, 22), ends_on=date(2022, 4, 22))

    dialogue = factory.SubFactory(DialogueFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_en = factory.Sequence(lambda n: f"Session {n}")
    working_languages = ("en", "zh-hant")
    format = "hybrid"


def _utc(local, zone):
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class AgendaItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaItem

    session = factory.SubFactory(SessionFactory)
    order = factory.Sequence(lambda n: n + 1)
    title_en = factory.Sequence(lambda n: f"Item {n}")
    minutes = 30


class RegistrationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Registration

    session = factory.SubFactory(SessionFactory, scheduled=True)
    user = factory.SubFactory(UserFactory)
    status = "confirmed"
    partstat = "ACCEPTED"


class MinutesFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Minutes

    class Params:
        published = factory.Trait(status="published", published_at=factory.LazyFunction(timezone.now))
        #: Before the Parties; attendees may comment for a week.
        circulated = factory.Trait(
            status="circulated",
            circulated_at=factory.LazyFunction(timezone.now),
            comments_until=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7)),
        )
        #: Signed by all and no longer open to comments: next they are published.
        agreed = factory.Trait(
            status="agreed",
            circulated_at=factory.LazyFunction(timezone.now),
            agreed_at=factory.LazyFunction(timezone.now),
            comments_until=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=2)),
        )

    session = factory.SubFactory(SessionFactory, held=True)
    text_en = "What was said."
    revision = 1


class MinutesSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MinutesSection

    minutes = factory.SubFactory(MinutesFactory)
    order = factory.Sequence(lambda n: n + 1)
    heading_en = factory.Sequence(lambda n: f"Section {n}")


class CommitmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commitment

    class Params:
        published = factory.Trait(published_at=factory.LazyFunction(timezone.now))

    session = factory.SubFactory(SessionFactory, held=True)
    owner = factory.SubFactory(OrganizationFactory, agency=True)
    text_en = factory.Sequence(lambda n: f"Commitment {n}")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))


class IssueFactory(factory.django.DjangoModelFactory):
    """Submitted by a firm in the United States to its dialogue with Taiwan, about Taiwan's rules. Traits: ``draft``,
    ``acknowledged``, ``on_agenda``, ``committed``, ``answered`` (its state) and ``public`` (its text)."""

    class Meta:
        model = Issue

    class Params:
        public = factory.Trait(
            public_status="published",
            public_title_en=factory.Sequence(lambda n: f"Public issue {n}"),
            public_text_en="What everybody may read.",
            public_at=factory.LazyFunction(timezone.now),
        )
        draft = factory.Trait(status="draft", reference="", submitted_at=None, acknowledge_by=None, answer_by=None)
        acknowledged = factory.Trait(status="acknowledged", acknowledged_at=factory.LazyFunction(timezone.now))
        on_agenda = factory.Trait(status="on_agenda", acknowledged_at=factory.LazyFunction(timezone.now))
        committed = factory.Trait(status="committed", acknowledged_at=factory.LazyFunction(timezone.now))
        answered = factory.Trait(
            status="answered", answer_en="This is how.", answered_at=factory.LazyFunction(timezone.now)
        )

    dialogue = factory.SubFactory(DialogueFactory)
    organization = factory.SubFactory(OrganizationFactory)
    economy = factory.SelfAttribute("organization.economy")
    concerns = factory.LazyFunction(lambda: economy("TW"))
    status = "submitted"
    reference = factory.Sequence(lambda n: f"D0-2026-{n + 1:03d}")
    language = "en"
    title = factory.Sequence(lambda n: f"Issue as filed {n}")
    what_happened = "It took six weeks at the border."
    identity = "officials"
    submitted_at = factory.LazyFunction(timezone.now)
    acknowledge_by = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))
    answer_by = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=42))


class InitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Initiative

    session = factory.SubFactory(SessionFactory, held=True)
    order = factory.Sequence(lambda n: n + 1)
    name_en = factory.Sequence(lambda n: f"Initiative {n}")
    status = "planned"


class IndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Indicator

    metric = factory.Sequence(lambda n: f"metric-{n}")
    label_en = factory.Sequence(lambda n: f"Metric {n}")
    unit = "firms"


class FigureFactory(factory.django.DjangoModelFactory):
    """An official figure of all Parties together, or of ``economy``; ``agreement`` says under which."""

    class Meta:
        model = IndicatorValue

    indicator = factory.SubFactory(IndicatorFactory)
    year = 2024
    value = 1000
    reliability = "official"
    source = "https://example.org/figures"


def texts(name, **by_code):
    """``texts("title", en="A", zh_hant="甲")`` as form data."""
    return {column(name, code): text for code, text in by_code.items()}


class QuotaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quota

    session = factory.SubFactory(SessionFactory, scheduled=True)
    economy = factory.LazyFunction(lambda: economy("US"))
    places = 1


class QuestionFactory(factory.django.DjangoModelFactory):
    """A few words; ``choice=True`` one of three, in two languages."""

    class Meta:
        model = Question

    class Params:
        choice = factory.Trait(kind="choice", choices_en="Fish\nMeat\nNeither", choices_zh_hant="魚\n肉\n都不要")

    session = factory.SubFactory(SessionFactory, scheduled=True)
    order = factory.Sequence(lambda n: n + 1)
    label_en = factory.Sequence(lambda n: f"Question {n}")


class SessionInvitationFactory(factory.django.DjangoModelFactory):
    """Of a bare address; give ``user=`` and ``address=""`` for somebody with an account."""

    class Meta:
        model = SessionInvitation

    session = factory.SubFactory(SessionFactory, scheduled=True)
    address = factory.Sequence(lambda n: f"guest{n}@example.com")
    name = factory.Sequence(lambda n: f"Guest {n}")
    language = "en"
