import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from portal.accounts.models import Membership, Organization, User
from tests.factories.reference import economy


class OrganizationFactory(factory.django.DjangoModelFactory):
    """A firm by default; ``chamber=True`` and ``agency=True`` give verified public bodies."""

    class Meta:
        model = Organization

    class Params:
        code = "US"
        chamber = factory.Trait(kind="chamber", status="verified", verified_at=factory.LazyFunction(timezone.now))
        agency = factory.Trait(kind="agency", status="verified", verified_at=factory.LazyFunction(timezone.now))
        pending = factory.Trait(status="pending", verified_at=None)

    slug = factory.Sequence(lambda n: f"organization-{n}")
    name = factory.Sequence(lambda n: f"Organization {n}")
    kind = "sme"
    economy = factory.LazyAttribute(lambda o: economy(o.code))


class UserFactory(factory.django.DjangoModelFactory):
    """A person; ``sme_in``, ``chamber_in`` and ``official_of`` take an economy code and add the organization."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    # Stored with the row: a session is bound to the stored hash, and force_login() must hold.
    password = factory.LazyFunction(lambda: make_password(None))

    @factory.post_generation
    def sme_in(self, create, code):
        if code:
            join(self, OrganizationFactory(code=code))

    @factory.post_generation
    def chamber_in(self, create, code):
        if code:
            join(self, OrganizationFactory(chamber=True, code=code))

    @factory.post_generation
    def official_of(self, create, code):
        if code:
            join(self, OrganizationFactory(agency=True, code=code))


def join(user, organization, role="manager"):
    """Make ``user`` an active member of ``organization``."""
    membership = Membership.objects.create(user=user, organization=organization, role=role)
    user.__dict__.pop("active_memberships", None)
    return membership
