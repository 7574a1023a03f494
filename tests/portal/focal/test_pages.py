"""The directory of offices, its pages, its open data and where else it is asked."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from dialogues.triage_forms import ReferForm
from portal.focal.importing import load
from portal.focal.models import CONFIRMED_WITHIN, FocalPoint
from portal.reference.loading import BrokenData, run
from tests.factories.accounts import OrganizationFactory
from tests.factories.dialogues import DialogueFactory, IssueFactory
from tests.factories.focal import FocalPointFactory
from tests.factories.partners import PartnerRequestFactory
from tests.factories.reference import agreement, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def agency_of(user):
    return user.active_memberships[0].organization


@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_costs_the_same_for_one_office_and_for_three(client, count, django_assert_num_queries):
    FocalPointFactory.create_batch(count, topics=["taxation"])
    with django_assert_num_queries(5):  # the offices and their topics, the rows, and two lists of the filters
        response = client.get(reverse("focal:point-list"))
    assert response.context["page"].paginator.count == count


def test_the_table_shows_who_answers_and_where_nobody_does(client, tw):
    topic("employment", "Employment")
    FocalPointFactory(office="Tax desk", topics=["taxation"])
    FocalPointFactory(code="TW", office="SME desk")
    table = client.get(reverse("focal:point-list")).context["table"]
    named = {
        (row.topic and row.topic.slug, cell.economy.pk): [point.office for point in cell.named]
        for row in table.rows
        for cell in row.cells
    }
    assert named == {
        (None, "US"): [],
        (None, "TW"): ["SME desk"],
        ("taxation", "US"): ["Tax desk"],
        ("taxation", "TW"): [],
        ("employment", "US"): [],
        ("employment", "TW"): [],
    }


def test_a_filter_by_topic_keeps_who_answers_for_every_topic(client):
    FocalPointFactory(office="Tax desk", topics=["taxation"])
    FocalPointFactory(office="Customs desk", topics=["customs-procedures"])
    FocalPointFactory(office="SME desk", languages=["es"])
    url = reverse("focal:point-list")
    assert [p.office for p in client.get(url, {"topic": "taxation"}).context["page"]] == ["Tax desk", "SME desk"]
    assert [p.office for p in client.get(url, {"language": "es"}).context["page"]] == ["SME desk"]
    assert client.get(url, {"topic": "no-such"}).status_code == 200


def test_an_office_from_the_catalogue_says_that_nobody_confirmed_it(client):
    point = FocalPointFactory(is_confirmed=False)
    assert "not yet confirmed by the office" in client.get(point.get_absolute_url()).text


def test_a_visitor_does_not_find_what_dropped_out(client, official):
    point = FocalPointFactory(
        organization=agency_of(official), confirmed_at=timezone.now() - CONFIRMED_WITHIN - timedelta(days=1)
    )
    assert client.get(point.get_absolute_url()).status_code == 404
    assert point.office not in client.get(reverse("focal:point-list")).text
    client.force_login(official)
    assert "Not in the directory" in client.get(point.get_absolute_url()).text


def test_its_people_enter_and_edit_an_office(client, official):
    client.force_login(official)
    organization = agency_of(official)
    facts = {
        "office_en": "Help desk",
        "hours_en": "Monday to Friday, 9:00 to 17:00 in Washington",
        "topics": [topic("taxation").pk],
        "languages": ["en", "es"],
        "email": "help@agency.example",
    }
    client.post(reverse("focal:point-add", args=[organization.slug]), facts)
    point = FocalPoint.objects.get()
    assert (point.office, point.economy_id, point.languages) == ("Help desk", "US", ["en", "es"])
    client.post(reverse("focal:point-edit", args=[point.pk]), facts | {"office_en": "Tax desk", "topics": []})
    point.refresh_from_db()
    assert (point.office, point.topics.count()) == ("Tax desk", 0)


def test_a_form_without_a_way_to_reach_the_office_says_so(client, official):
    client.force_login(official)
    url = reverse("focal:point-add", args=[agency_of(official).slug])
    response = client.post(url, {"office_en": "Help desk", "languages": ["en"]})
    assert "somehow the office must be reached" in response.text
    assert not FocalPoint.objects.exists()


def test_ticked_offices_are_confirmed_and_others_offices_are_not(client, official):
    long_ago = timezone.now() - timedelta(days=350)
    own = FocalPointFactory(organization=agency_of(official), confirmed_at=long_ago)
    unticked = FocalPointFactory(organization=agency_of(official), confirmed_at=long_ago)
    foreign = FocalPointFactory(confirmed_at=long_ago)
    client.force_login(official)
    client.post(reverse("focal:point-confirm-several"), {"point": [own.pk, foreign.pk, "x", "9" * 30]})
    confirmed = FocalPoint.objects.filter(confirmed_at__gt=long_ago)
    assert [point.pk for point in confirmed] == [own.pk]
    assert unticked.office in client.get(reverse("focal:point-mine")).text


def test_open_data_has_the_offices_of_the_directory_alone(client):
    FocalPointFactory(office="Tax desk", topics=["taxation", "employment"])
    FocalPointFactory(is_active=False)
    (row,) = client.get(reverse("dataset", args=["offices"])).json()["offices"]
    assert row["office"] == {"en": "Tax desk"}
    assert row["topic_slugs"] == ["employment", "taxation"]
    assert row["economy"] == "US"


# --- Asked elsewhere ----------------------------------------------------------------------------


def test_a_resource_names_whom_to_ask(client):
    office = FocalPointFactory(office="Tax desk", topics=["taxation"])
    FocalPointFactory(office="Customs desk", topics=["customs-procedures"])
    page = client.get(ResourceFactory(published=True, topics=[topic("taxation")]).get_absolute_url())
    assert office.get_absolute_url() in page.text
    assert "Customs desk" not in page.text


def test_an_opportunity_names_whom_to_ask_on_both_sides(client, us, mx):
    FocalPointFactory(code="MX", office="Oficina", topics=["trade-promotion"])
    FocalPointFactory(office="Trade desk", topics=["trade-promotion"])
    FocalPointFactory(code="TW", office="Elsewhere")
    page = client.get(PartnerRequestFactory(published=True).get_absolute_url())
    assert "Oficina" in page.text
    assert "Trade desk" in page.text
    assert "Elsewhere" not in page.text


def test_an_issue_is_offered_to_the_agency_that_answers_for_its_topic(us, mx):
    dialogue = DialogueFactory(agreement=agreement(), parties=["US", "MX", "CA"])
    OrganizationFactory(agency=True, code="MX", name="A first agency")
    tax = OrganizationFactory(agency=True, code="MX", name="Tax agency")
    FocalPointFactory(code="MX", organization=tax, topics=["taxation"])
    issue = IssueFactory(dialogue=dialogue, concerns=mx)
    issue.topics.set([topic("taxation")])
    field = ReferForm(issue=issue).fields["agency"]
    labels = [label for _value, label in field.choices]
    assert labels[:2] == ["Choose", "Tax agency (answers for this topic)"]
    assert field.initial == tax.pk


def test_an_issue_without_a_topic_is_offered_to_nobody_in_particular(mx):
    dialogue = DialogueFactory(agreement=agreement(), parties=["US", "MX", "CA"])
    FocalPointFactory(code="MX")
    issue = IssueFactory(dialogue=dialogue, concerns=mx)
    issue.topics.clear()
    assert ReferForm(issue=issue).fields["agency"].initial is None


# --- The catalogue's offices --------------------------------------------------------------------


def written(tmp_path, **changes):
    row = {
        "slug": "tax",
        "organization": "us-tax",
        "economy": "US",
        "topics": ["taxation"],
        "office": {"en": "Tax desk"},
        "languages": ["en"],
        "url": "https://tax.example",
    }
    (tmp_path / "focal_points.jsonl").write_text(json.dumps(row | changes), encoding="utf-8")
    return tmp_path


@pytest.fixture
def agency(us):
    topic("taxation")
    return OrganizationFactory(agency=True, slug="us-tax")


def test_loading_twice_changes_nothing_and_confirms_nothing(agency, tmp_path):
    run([load], written(tmp_path))
    point = FocalPoint.objects.get()
    assert (point.office, point.organization, point.is_confirmed) == ("Tax desk", agency, False)
    assert run([load], tmp_path).writes == 0
    assert FocalPoint.objects.get().confirmed_at == point.confirmed_at


def test_what_its_people_edited_is_left_alone(agency, tmp_path, official, client):
    run([load], written(tmp_path))
    point = FocalPoint.objects.get()
    client.force_login(official)
    agency.memberships.create(user=official)
    client.post(reverse("focal:point-edit", args=[point.pk]), {"office_en": "Ours", "languages": ["en"], "phone": "1"})
    run([load], written(tmp_path, office={"en": "From the file"}))
    point.refresh_from_db()
    assert point.office == "Ours"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"organization": "us-nobody"}, "'us-nobody' is unknown"),
        ({"topics": ["dancing"]}, "'dancing' is unknown"),
        ({"languages": ["de"]}, "'de' is not one of"),
        ({"office": {}}, "a name in one language"),
        ({"url": None}, "focal_point_can_be_reached"),
    ],
)
def test_a_broken_row_loads_nothing_and_is_named(agency, tmp_path, broken, said):
    with pytest.raises(BrokenData, match=said):
        run([load], written(tmp_path, **broken))
    assert not FocalPoint.objects.exists()


def test_nobody_is_written_to_when_the_catalogue_is_loaded(agency, tmp_path):
    run([load], written(tmp_path))
    assert mail.outbox == []
