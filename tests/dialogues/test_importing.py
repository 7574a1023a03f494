"""Loading the real dialogues: what the sources say, how sure they are, and nothing twice."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from dialogues import cases, importing, initiatives
from dialogues.models import AgendaItem, Dialogue, Indicator, IndicatorValue, Initiative, Session, SuccessCase
from portal.accounts.models import Organization
from portal.reference import importing as reference
from portal.reference.loading import BrokenData, run
from tests.factories.resources import ResourceFactory
from tests.sharing import kept

pytestmark = pytest.mark.django_db
DATA = Path(settings.REFERENCE_DATA_DIR)


@pytest.fixture(scope="module")
def vocabulary(django_db_setup, django_db_blocker):
    """Economies, agreements, topics, the organizations that convene, and the success case that is named."""
    with kept(django_db_blocker):
        run([reference.load], DATA)
        ResourceFactory(kind="success_case", published=True, slug="tw-us-sme-forum-2024")
        slugs = {body for row in json.loads((DATA / "dialogues.json").read_text()) for body in row["convening_bodies"]}
        slugs |= {"us-sba", "us-doc", "tw-tecro"}
        Organization.objects.bulk_create(
            Organization(slug=slug, name=slug, kind="agency", status="unverified") for slug in slugs
        )
        yield


@pytest.fixture(scope="class")
def loaded(vocabulary, django_db_blocker):
    with kept(django_db_blocker):
        yield run([importing.load], DATA)


class TestTheRealDialogues:
    def test_three_dialogues_with_eight_real_sessions_are_loaded(self, loaded):
        assert list(Dialogue.objects.values_list("slug", "sessions__status").distinct()) == [
            ("usmca-sme-dialogue", "held"),
            ("us-taiwan-sme-events", "held"),
            ("apec-sme-symposia", "held"),
        ]
        assert Session.objects.count() == 8
        assert {p.code for p in Dialogue.objects.get(slug="usmca-sme-dialogue").parties.all()} == {"US", "MX", "CA"}
        assert Dialogue.objects.get(slug="apec-sme-symposia").parties.count() == 21

    def test_a_success_case_is_tied_to_its_dialogue_until_an_official_takes_it_off(self, loaded, official):
        case = SuccessCase.objects.get()
        assert (case.dialogue.slug, case.resource.slug) == ("us-taiwan-sme-events", "tw-us-sme-forum-2024")
        cases.take_off(case, by=official)
        run([importing.load], DATA)
        assert not SuccessCase.objects.exists()

    def test_loading_twice_changes_nothing(self, loaded):
        changed = list(Session.objects.order_by("pk").values_list("pk", "uid", "changed_at"))

        again = run([importing.load], DATA)

        assert again.writes == 0
        assert list(Session.objects.order_by("pk").values_list("pk", "uid", "changed_at")) == changed

    def test_an_initiative_that_officials_changed_stays_as_they_left_it(self, loaded, official):
        one = Initiative.objects.first()
        initiatives.revise(one, texts={"name": {"en": "As we call it"}}, by=official)
        initiatives.change_status(one, to="under_way", by=official)

        run([importing.load], DATA)

        one.refresh_from_db()
        assert (one.name_en, one.status) == ("As we call it", "under_way")

    def test_what_only_a_collected_text_says_is_unverified(self, loaded):
        fourth = Session.objects.get(slug="usmca-sme-dialogue-4")

        assert fourth.reliability == "unverified"
        assert fourth.host_is_inferred
        assert set(fourth.initiatives.values_list("reliability", flat=True)) == {"unverified"}
        assert set(IndicatorValue.objects.filter(source__startswith="seed").values_list("reliability", flat=True)) == {
            "unverified"
        }
        assert Session.objects.get(slug="usmca-sme-dialogue-1").reliability == ""

    def test_agenda_topics_become_public_items_and_the_session_carries_the_topics(self, loaded):
        items = AgendaItem.objects.filter(session__slug="usmca-sme-dialogue-1")

        assert [item.title_en for item in items][2] == "COVID-19 recovery resources for small business"
        assert {item.visibility for item in items} == {"public"}
        assert {topic.slug for topic in Session.objects.get(slug="usmca-sme-dialogue-1").topics.all()} == {
            "trade-promotion",
            "tariffs-origin",
            "training-mentorship",
            "sme-financing",
        }

    def test_figures_are_tied_to_the_session_they_are_about(self, loaded):
        figure = IndicatorValue.objects.get(session__slug="usmca-sme-dialogue-1")

        assert (figure.value, figure.qualifier, figure.indicator.metric) == (
            800,
            "nearly",
            "usmca-dialogue-participants",
        )
        assert Indicator.objects.count() == 29
        assert Initiative.objects.count() == 18

    def test_the_public_reads_how_sure_the_sources_are(self, loaded, client):
        page = client.get(reverse("dialogues:dialogue-detail", args=["usmca-sme-dialogue"])).content.decode()

        assert "19–21 September 2023 (window; exact day not confirmed)" in page
        assert "May 2024" in page
        assert "Date not confirmed" in page
        assert page.count("press report, unverified") >= 9
        assert "seed 001" not in page

    def test_every_loaded_page_opens(self, loaded, client):
        for dialogue in Dialogue.objects.all():
            assert client.get(dialogue.get_absolute_url()).status_code == 200
            assert client.get(reverse("dialogues:dialogue-feed", args=[dialogue.slug])).status_code == 200
        for session in Session.objects.select_related("dialogue"):
            assert client.get(session.get_absolute_url()).status_code == 200

    def test_chinese_taipei_hosts_in_apec(self, loaded, client):
        session = Session.objects.get(slug="apec-sme-clustering-symposium-2005")

        page = client.get(session.get_absolute_url()).content.decode()

        assert "Chinese Taipei" in page
        assert ">Taiwan" not in page


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"agreement": "nafta"}, "dialogues.json, row 1, field agreement: 'nafta' is unknown"),
        ({"convening_bodies": ["us-nobody"]}, "dialogues.json, row 1, field convening_bodies: 'us-nobody' is unknown"),
        ({"format": "by-letter"}, "dialogues.json, row 1, field format: Value 'by-letter' is not a valid choice."),
        ({"starts": "2022-13-01"}, "dialogues.json, row 1, field starts:"),
        ({"agenda_topic_slugs": ["x"]}, "dialogues.json, row 1, field agenda_topic_slugs: 'x' is unknown"),
        ({"title": {"de": "Titel"}}, "dialogues.json, row 1, field title.de: not one of the portal's languages"),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_loaded(vocabulary, tmp_path, change, complaint):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "dialogues.json"
    content = json.loads(path.read_text())
    content[0] |= change
    path.write_text(json.dumps(content))

    with pytest.raises(BrokenData) as broken:
        run([importing.load], tmp_path / "data")

    assert complaint in str(broken.value)
    assert not Dialogue.objects.exists()
