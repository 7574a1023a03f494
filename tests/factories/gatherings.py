import factory
from django.utils import timezone

from partners.models import Cluster, ClusterLink, ClusterMember, Mentorship
from tests.factories.accounts import OrganizationFactory
from tests.factories.partners import PartnerRequestFactory
from tests.factories.reference import economy


class ClusterFactory(factory.django.DjangoModelFactory):
    """Public, open to requests, led by a chamber in Mexico."""

    class Meta:
        model = Cluster

    class Params:
        code = "MX"

    slug = factory.Sequence(lambda n: f"cluster-{n}")
    name = factory.Sequence(lambda n: f"Mango cluster {n}")
    language = "en"
    economy = factory.LazyAttribute(lambda o: economy(o.code))
    lead = factory.SubFactory(OrganizationFactory, chamber=True, code=factory.SelfAttribute("..code"))


class ClusterMemberFactory(factory.django.DjangoModelFactory):
    """A member; ``asked=True`` waits for the lead, ``invited=True`` for the company."""

    class Meta:
        model = ClusterMember

    class Params:
        asked = factory.Trait(status="asked", since=None)
        invited = factory.Trait(status="invited", since=None)

    cluster = factory.SubFactory(ClusterFactory)
    company = factory.SubFactory(OrganizationFactory, code="MX")
    status = "active"
    since = factory.LazyFunction(timezone.now)


class ClusterLinkFactory(factory.django.DjangoModelFactory):
    """One cluster is part of another."""

    class Meta:
        model = ClusterLink

    wider = factory.SubFactory(ClusterFactory)
    cluster = factory.SubFactory(ClusterFactory)
    status = "active"


class MentorOfferFactory(PartnerRequestFactory):
    """A published mentorship offer of an unnamed firm in Mexico with one place."""

    published = True
    type = "mentorship_offer"
    title = factory.Sequence(lambda n: f"Mentor for first exports {n}")
    places = 1


class MentorshipFactory(factory.django.DjangoModelFactory):
    """A company in the United States asks; ``running=True`` has its place."""

    class Meta:
        model = Mentorship

    class Params:
        running = factory.Trait(status="active", answered_at=factory.LazyFunction(timezone.now))

    offer = factory.SubFactory(MentorOfferFactory)
    mentee = factory.SubFactory(OrganizationFactory)
    goal = "We want to sell abroad for the first time."
