"""Two clicks at the same moment make one row and no server error."""

import pytest

from partners import directory
from partners.models import ChamberMember, CompanyProfile
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.partners.test_interests import race, refused


@pytest.fixture
def firm(transactional_db, us):
    company = OrganizationFactory()
    join(UserFactory(), company)
    return company


def test_of_two_who_save_a_first_profile_at_once_both_are_served(firm):
    outcomes = race(
        *(
            lambda city=city: directory.save_profile(firm, language="en", city=city, by=UserFactory())
            for city in ("Portland", "Salem")
        )
    )

    assert all(isinstance(outcome, CompanyProfile) for outcome in outcomes)
    assert CompanyProfile.objects.filter(organization=firm).count() == 1


def test_of_two_who_ask_a_firm_at_once_one_is_told_that_it_was_asked(firm):
    chamber = OrganizationFactory(chamber=True)
    asking = UserFactory()
    join(asking, chamber)

    outcomes = race(*[lambda: directory.ask_to_join(chamber, company=firm, by=asking)] * 2)

    assert [refusal.code for refusal in refused(outcomes)] == ["already"]
    assert ChamberMember.objects.filter(chamber=chamber, company=firm).count() == 1
