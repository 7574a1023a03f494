import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from portal.accounts.models import User
from tests.factories.accounts import OrganizationFactory, UserFactory, join


@pytest.fixture
def firm(us):
    """A firm in the United States with one manager and one member."""
    return OrganizationFactory(name="Acme Tools", code="US")


@pytest.fixture
def manager(firm):
    user = UserFactory(full_name="Mara Manager", email="mara@acme.example")
    join(user, firm, "manager")
    return confirm(user)


@pytest.fixture
def member(firm, manager):
    user = UserFactory(full_name="Mina Member", email="mina@acme.example")
    join(user, firm, "member")
    return confirm(user)


@pytest.fixture
def newcomer(db):
    """Signed up, address confirmed, member of nothing."""
    return confirm(UserFactory(full_name="Nora New", email="nora@acme.example"))


def confirm(user, email=""):
    """Let the user have proven that the address (by default her own) is hers."""
    EmailAddress.objects.create(user=user, email=email or user.email, verified=True, primary=not email)
    return user


def again(user):
    """The same person at her next request: nothing remembered."""
    return User.objects.get(pk=user.pk)


@pytest.fixture(autouse=True)
def no_attempts_counted():
    """Each test starts with nobody's attempts counted."""
    cache.clear()
