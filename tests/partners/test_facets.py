import pytest

from partners import facets, requesting
from partners.models import CompanyProfile, Condition, PartnerRequest
from partners.models.requests import last_day_on_earth
from tests.factories.accounts import OrganizationFactory
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector

pytestmark = pytest.mark.django_db


@pytest.fixture
def food(us, mx):
    wide = sector("agri-food", "Agri-food")
    return sector("processed-food", "Processed food", parent=wide)


def held(obj):
    return type(obj).objects.values_list("facets", flat=True).get(pk=obj.pk)


def test_a_request_is_found_under_what_it_asks_for(food):
    request = PartnerRequestFactory(published=True, type="procurement", language="es", code="MX", targets=["US", "MX"])
    Condition.objects.create(request=request, kind="certification", value="ISO9001:2015")
    Condition.objects.create(request=request, kind="language", value="fr")

    requesting.index(request)

    assert held(request) == [
        "certificate:ISO 9001",
        f"closes:{request.closes_on}",
        "economy:MX",
        "language:es",
        "sector:agri-food",
        "sector:processed-food",
        "target:MX",
        "target:US",
        "type:procurement",
    ]


def test_a_request_that_names_no_economy_is_aimed_at_every_one(food):
    request = PartnerRequestFactory(published=True, targets=[])

    assert "target:*" in held(request)


def test_a_company_is_found_under_what_its_owner_says(food):
    profile = CompanyProfileFactory(
        organization=OrganizationFactory(code="MX"),
        languages=("es", "ja"),
        markets=("US", "EU"),
        certifications=("HACCP", "iso 22000:2018", " "),
        ownership_tags=("women_owned",),
    )

    assert held(profile) == [
        "certificate:HACCP",
        "certificate:iso 22000",
        "economy:MX",
        "language:en",
        "language:es",
        "language:ja",
        "market:EU",
        "market:MX",
        "market:US",
        "ownership:women_owned",
        "sector:agri-food",
        "sector:processed-food",
        "size:10-49",
    ]


def test_a_renewed_request_is_found_under_its_new_day(food, published, owner_mx):
    later = last_day_on_earth().replace(year=last_day_on_earth().year + 1, day=1)

    requesting.renew(published, closes_on=later, by=owner_mx)

    assert [code for code in held(published) if code.startswith("closes:")] == [f"closes:{later}"]


def test_rows_written_in_bulk_get_their_codes_together(food):
    requests = PartnerRequestFactory.create_batch(3, published=True)
    profile = CompanyProfileFactory()
    wanted = held(requests[0]), held(profile)
    PartnerRequest.objects.update(facets=[])
    CompanyProfile.objects.update(facets=[])

    changed = facets.keep_all(PartnerRequest), facets.keep_all(CompanyProfile)

    assert changed == (3, 1)
    assert (held(requests[0]), held(profile)) == wanted
    assert facets.keep_all(PartnerRequest) == 0


def test_a_sector_that_moves_is_followed_when_everything_is_kept_again(food):
    request = PartnerRequestFactory(published=True)
    food.parent = sector("gastronomy", "Gastronomy")
    food.save()

    facets.keep_all(PartnerRequest)

    assert "sector:gastronomy" in held(request)
    assert "sector:agri-food" not in held(request)


def test_economies_are_those_of_the_firm_not_of_the_chamber(food):
    economy("TW")
    request = PartnerRequestFactory(published=True, code="TW", chamber=OrganizationFactory(chamber=True, code="MX"))

    assert "economy:TW" in held(request)
