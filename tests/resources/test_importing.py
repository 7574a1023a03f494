"""Resources from files; the whole catalogue is loaded by tests/portal/test_loading_catalogue.py."""

import json

import pytest
from django.conf import settings

from portal.reference import loading
from portal.search.text import search
from resources import importing, publishing
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import agreement, topic

pytestmark = pytest.mark.django_db

DATA = settings.REFERENCE_DATA_DIR


def load(data_dir):
    return loading.run([importing.load], data_dir)


@pytest.fixture
def data(tmp_path):
    """The first two resources of the catalogue, to be spoiled, and what they refer to."""
    OrganizationFactory(agency=True, slug="us-cbp")
    for slug in ("usmca", "us-taiwan-21st-century-trade"):
        agreement(slug)
    for slug in ("customs-procedures", "tariffs-origin"):
        topic(slug)
    (tmp_path / "translations").mkdir()
    for name in ("resources.jsonl", *(f"translations/{code}.jsonl" for code in ("es", "fr", "zh-hant"))):
        lines = (DATA / name).read_text().splitlines()[:2]
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
    return tmp_path


def edit(data, name, number, **changes):
    """Change fields of one line of a file; a field changed to ... is taken out."""
    path = data / name
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[number - 1] |= changes
    lines[number - 1] = {key: value for key, value in lines[number - 1].items() if value is not ...}
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def test_an_edited_resource_is_not_loaded_over(data, official):
    load(data)
    resource = Resource.objects.get(slug="us-cbp-cross-rulings")
    publishing.revise(resource, version=1, by=official, title_en="CROSS")
    edit(data, "resources.jsonl", 2, title={"en": "Something else"})
    report = load(data)
    resource.refresh_from_db()
    assert resource.title_en == "CROSS"
    assert report.counts["resources edited here, kept as they are"] == {"unchanged": 1}


def test_a_withdrawn_resource_stays_withdrawn(data, official):
    load(data)
    resource = Resource.objects.get(slug="us-cbp-cross-rulings")
    publishing.withdraw(resource, reason="It is closed.", by=official)
    load(data)
    resource.refresh_from_db()
    assert resource.status == "archived"


def test_a_new_english_text_leaves_the_old_translations_stale(data):
    load(data)
    edit(data, "resources.jsonl", 1, title={"en": "New name"})
    edit(data, "translations/fr.jsonl", 1, title="Nouveau nom")
    load(data)
    resource = Resource.objects.get(slug="us-cbp-basic-import-export")
    versions = dict(resource.translations.values_list("language", "source_version"))
    assert (resource.source_version, versions) == (2, {"es": 1, "zh-hant": 1, "fr": 2})
    assert list(search(Resource.objects.all(), "nouveau nom")) == [resource]


def test_the_publishers_own_title_wins_over_a_translation(data):
    edit(data, "resources.jsonl", 1, title={"en": "CBP", "es": "Nombre oficial"})
    load(data)
    resource = Resource.objects.get(slug="us-cbp-basic-import-export")
    assert resource.title_es == "Nombre oficial"
    assert resource.summary_es == json.loads((data / "translations/es.jsonl").read_text().splitlines()[0])["summary"]


def test_a_language_taken_out_of_the_files_goes_away(data):
    load(data)
    path = data / "translations/fr.jsonl"
    path.write_text("")
    load(data)
    resource = Resource.objects.get(slug="us-cbp-basic-import-export")
    assert resource.languages == ["en", "zh-hant", "es"]
    assert not resource.translations.filter(language="fr").exists()


@pytest.mark.parametrize(
    ("file", "changes", "complaint"),
    [
        ("resources.jsonl", {"agency": "nobody"}, "resources.jsonl, row 2, field agency: 'nobody' is unknown"),
        ("resources.jsonl", {"topics": ["x"]}, "resources.jsonl, row 2, field topics: 'x' is unknown"),
        ("resources.jsonl", {"kind": "poem"}, "row 2, field kind: Value 'poem' is not a valid choice."),
        ("resources.jsonl", {"url": "ftp://a.gov/"}, "resources.jsonl, row 2, field url: Enter a valid URL."),
        ("resources.jsonl", {"title": {}}, "resources.jsonl, row 2, field title.en: missing"),
        ("resources.jsonl", {"body": ...}, "resources.jsonl, row 2, field body: missing"),
        ("resources.jsonl", {"slug": "us-cbp-basic-import-export"}, "row 2, field slug: "),
        ("resources.jsonl", {"economy": None}, "field economy: needed with the scope “economy”, and only with it"),
        ("translations/es.jsonl", {"slug": "nothing"}, "es.jsonl, row 2, field slug: 'nothing' is in no row"),
        ("translations/es.jsonl", {"title": 5}, "es.jsonl, row 2, field title: 5 is not what is expected here"),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_loaded(data, file, changes, complaint):
    edit(data, file, 2, **changes)
    with pytest.raises(loading.BrokenData) as broken:
        load(data)
    assert any(complaint in line for line in broken.value.lines)
    assert not Resource.objects.exists()


def test_a_success_case_names_the_programme_used_wherever_it_stands_in_the_file(data):
    edit(data, "resources.jsonl", 1, kind="success_case", programme="us-cbp-cross-rulings")
    edit(data, "resources.jsonl", 2, kind="programme")
    load(data)
    assert Resource.objects.get(slug="us-cbp-basic-import-export").programme.slug == "us-cbp-cross-rulings"
    assert load(data).writes == 0


def test_an_unknown_programme_is_named(data):
    edit(data, "resources.jsonl", 1, kind="success_case", programme="nothing")
    with pytest.raises(loading.BrokenData, match="field programme: 'nothing' is unknown"):
        load(data)
