import factory
from django.utils import timezone

from resources import indexing, publishing
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, topic


class ResourceFactory(factory.django.DjangoModelFactory):
    """A draft of the United States; ``code=None`` makes one that holds in every economy.

    ``economies``, ``topics``, ``sectors`` and ``agreements`` take lists. It is indexed as the verbs do it.
    """

    class Meta:
        model = Resource
        skip_postgeneration_save = True

    class Params:
        code = "US"
        in_review = factory.Trait(status="in_review", submitted_at=factory.LazyFunction(timezone.now))
        published = factory.Trait(
            status="published",
            published_at=factory.LazyFunction(timezone.now),
            reviewed_on=factory.LazyFunction(lambda: timezone.now().date()),
            review_due_on=factory.LazyFunction(lambda: publishing.review_due_after(timezone.now().date())),
        )
        archived = factory.Trait(status="archived")

    slug = factory.Sequence(lambda n: f"resource-{n}")
    kind = "guide"
    scope = factory.LazyAttribute(lambda o: "economy" if o.code else "global")
    publisher = factory.LazyAttribute(lambda o: OrganizationFactory(agency=True, code=o.code or "US"))
    title_en = factory.Sequence(lambda n: f"Guide number {n}")
    summary_en = "What to do before the first shipment. It takes a day."
    body_en = "Begin with the tariff heading."
    url = "https://www.example.gov/guide"
    page_languages = ["en"]

    @factory.post_generation
    def economies(self, create, rows):
        default = [] if self.scope != "economy" else [self.publisher.economy]
        self.economies.set(default if rows is None else rows)

    @factory.post_generation
    def topics(self, create, rows):
        self.topics.set([topic()] if rows is None else rows)

    @factory.post_generation
    def sectors(self, create, rows):
        self.sectors.set(rows or [])

    @factory.post_generation
    def agreements(self, create, rows):
        self.agreements.set(rows or [])

    @factory.post_generation
    def index(self, create, _extracted):
        indexing.refresh(self)


def texts(**changes):
    """What an official of the United States fills in, as the verbs take it."""
    publisher = changes.pop("publisher", None) or OrganizationFactory(agency=True, code="US")
    return {
        "kind": "guide",
        "publisher": publisher,
        "economies": [economy("US")],
        "topics": [topic()],
        "url": "https://www.example.gov/duties",
        "page_languages": ["en"],
        "source_language": "en",
        "title_en": "How duties are set",
        "summary_en": "What a first shipment pays.",
    } | changes
