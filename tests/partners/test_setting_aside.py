import pytest
from django.urls import reverse

from partners import dismissing, matching
from partners.models import Dismissal
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(firm_us, owner_us):
    """A request that suits the firm, and is stored as its match."""
    request = PartnerRequestFactory(published=True, title="Crackers and dried fruit for grocery chains")
    matching.refresh(request)
    return request


def test_a_firm_sets_a_request_aside_from_its_list_and_has_it_shown_again(client, match, firm_us, owner_us):
    client.force_login(owner_us)
    page = client.get(reverse("partners:match-list")).content.decode()
    assert match.title in page

    client.post(reverse("partners:request-dismiss", args=[match.slug]), {"company": firm_us.slug, "reason": "goods"})

    assert Dismissal.objects.get().reason == "goods"
    page = client.get(reverse("partners:match-list")).content.decode()
    assert "1 request set aside" in page
    assert "Not what we make" in page

    client.post(reverse("partners:request-bring-back", args=[match.slug]), {"company": firm_us.slug})

    assert not Dismissal.objects.exists()


def test_without_a_reason_nothing_is_set_aside(client, match, firm_us, owner_us):
    client.force_login(owner_us)

    client.post(reverse("partners:request-dismiss", args=[match.slug]), {"company": firm_us.slug})

    assert not Dismissal.objects.exists()


def test_nobody_speaks_for_a_company_of_others(client, match, owner_us):
    other = CompanyProfileFactory().organization
    client.force_login(owner_us)

    answer = client.post(
        reverse("partners:request-dismiss", args=[match.slug]), {"company": other.slug, "reason": "goods"}
    )

    assert answer.status_code == 404
    assert not Dismissal.objects.exists()


def test_what_was_set_aside_while_a_worker_compared_it_is_not_shown_again(client, match, firm_us, owner_us):
    row = match.matches.get()
    dismissing.dismiss(match, company=firm_us, reason="later", by=owner_us)
    row.save()  # the worker had begun before
    client.force_login(owner_us)

    page = client.get(reverse("partners:match-list"))

    assert list(page.context["page"]) == []
