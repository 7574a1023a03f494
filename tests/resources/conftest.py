import pytest

from tests.factories.accounts import OrganizationFactory, UserFactory, join


@pytest.fixture
def agency(official):
    """The agency of the United States that ``official`` works for."""
    return official.active_memberships[0].organization


@pytest.fixture
def colleague(agency):
    """Another official of the same agency."""
    user = UserFactory(full_name="Carla Colleague")
    join(user, agency)
    return user


@pytest.fixture
def dismissed(us):
    """Somebody whose agency is not verified."""
    user = UserFactory(full_name="Pending Person")
    join(user, OrganizationFactory(kind="agency", pending=True, code="US"))
    return user
