import factory

from portal.focal.models import FocalPoint
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, topic


class FocalPointFactory(factory.django.DjangoModelFactory):
    """An agency's office in the United States, confirmed today, that answers for every topic."""

    class Meta:
        model = FocalPoint
        skip_postgeneration_save = True

    class Params:
        code = "US"

    organization = factory.SubFactory(OrganizationFactory, agency=True, code=factory.SelfAttribute("..code"))
    economy = factory.LazyAttribute(lambda o: economy(o.code))
    office = factory.Sequence(lambda n: f"Office {n}")
    languages = factory.LazyFunction(lambda: ["en"])
    url = "https://office.example/"

    @factory.post_generation
    def topics(self, create, slugs):
        self.topics.set([topic(slug, slug) for slug in slugs or ()])
