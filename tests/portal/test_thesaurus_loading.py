"""The thesaurus is loaded whole or not at all, only what differs is written, and people's edits are kept."""

import json
import shutil
import time
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.languages import Language
from portal.reference.models import Topic
from portal.search import editing
from portal.search.loading import circles
from portal.search.models import Concept, Edition, Term
from portal.search.text import fold
from portal.search.thesaurus import expand
from tests.factories.reference import economy, sector, topic
from tests.factories.thesaurus import concept

DATA = settings.REFERENCE_DATA_DIR

EXPORT = {
    "id": "export",
    "topics": ["customs-procedures"],
    "sectors": [],
    "economies": [],
    "labels": {
        "en": ["export", "sell abroad", "EX"],
        "zh-hant": ["出口"],
        "es": ["exportar", "vender fuera"],
        "fr": ["exporter"],
    },
    "broader": ["trade"],
    "related": ["freight"],
}
TRADE = {
    "id": "trade",
    "topics": [],
    "sectors": ["processed-food"],
    "economies": ["MX"],
    "labels": {"en": ["trade"], "zh-hant": ["貿易"], "es": ["comercio"], "fr": ["commerce"]},
    "broader": [],
    "related": [],
}
FREIGHT = {
    "id": "freight",
    "topics": [],
    "sectors": [],
    "economies": [],
    "labels": {"en": ["freight"], "zh-hant": ["貨運"], "es": ["flete"], "fr": ["fret"]},
    "broader": [],
    "related": ["export"],
}


@pytest.fixture
def data(tmp_path, db):
    """A small thesaurus to be changed and broken: ``data(export={...})`` rewrites the file and loads it."""
    topic("customs-procedures")
    sector("processed-food")
    economy("MX")

    def load(**changes):
        lines = []
        for row in (EXPORT, TRADE, FREIGHT):
            change = changes.get(row["id"], {})
            if change is not None:
                lines.append({**row, **change})
        lines += changes.get("more", [])
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (tmp_path / "thesaurus.jsonl").write_text(text, encoding="utf-8")
        out = StringIO()
        call_command("load_thesaurus", data_dir=tmp_path, stdout=out)
        return out.getvalue()

    return load


def labels(**changes):
    return {"labels": {**EXPORT["labels"], **{code.replace("_", "-"): texts for code, texts in changes.items()}}}


def writes(queries):
    return [q["sql"] for q in queries if q["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]


def texts(slug, language):
    return list(Term.objects.filter(concept__slug=slug, language=language).values_list("text", flat=True))


# --- loading --------------------------------------------------------------------------------


def test_concepts_come_with_their_terms_and_neighbours(data):
    data()
    row = Concept.objects.get(slug="export")
    assert [str(item) for item in row.topics.all()] == ["Customs procedures"]
    assert [other.slug for other in row.broader.all()] == ["trade"]
    assert [other.slug for other in row.related.all()] == ["freight"]
    assert [other.slug for other in Concept.objects.get(slug="trade").narrower.all()] == ["export"]
    assert list(Concept.objects.get(slug="trade").economies.values_list("pk", flat=True)) == ["MX"]
    assert list(row.terms.filter(language="en").values_list("text", "is_preferred", "is_acronym", "order")) == [
        ("export", True, False, 0),
        ("sell abroad", False, False, 1),
        ("EX", False, True, 2),
    ]
    assert {match.slug for match in expand("vender fuera").matches} == {"export"}


def test_loading_twice_writes_nothing(data):
    data()
    edition = Edition.objects.get().token
    with CaptureQueriesContext(connection) as queries:
        assert "Nothing to do" in data()
    assert writes(queries) == []
    assert Edition.objects.get().token == edition


def test_only_what_differs_is_written(data):
    data()
    before = set(Term.objects.exclude(concept__slug="export").values_list("pk", flat=True))
    said = data(export=labels(en=["sell abroad", "export"]))
    assert texts("export", "en") == ["sell abroad", "export"]
    assert Term.objects.get(concept__slug="export", language="en", is_preferred=True).text == "sell abroad"
    assert set(Term.objects.exclude(concept__slug="export").values_list("pk", flat=True)) == before
    assert said.splitlines()[1].split()[-3:] == ["0", "1", "2"]
    assert expand("EX").matches == ()


def test_relations_follow_the_file(data):
    data()
    data(export={"broader": [], "related": [], "topics": []}, freight={"related": [], "broader": ["trade"]})
    row = Concept.objects.get(slug="export")
    assert [*row.topics.all(), *row.broader.all(), *row.related.all()] == []
    assert [other.slug for other in Concept.objects.get(slug="trade").narrower.all()] == ["freight"]


def test_what_is_gone_from_the_file_stays(data):
    data()
    data(freight=None, export={"related": []})
    assert Concept.objects.get(slug="freight").terms.count() == 4


def test_a_wider_concept_needs_no_other_relation(data):
    data(export={"related": ["freight", "trade"]})
    assert [other.slug for other in Concept.objects.get(slug="export").related.all()] == ["freight"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"export": {"topics": ["nonsense"]}}, "row 1, field topics: 'nonsense' is unknown"),
        ({"export": {"sectors": ["nonsense"]}}, "row 1, field sectors: 'nonsense' is unknown"),
        ({"export": {"economies": ["ZZ"]}}, "row 1, field economies: 'ZZ' is unknown"),
        ({"trade": {"broader": ["nonsense"]}}, "row 2, field broader: 'nonsense' is unknown"),
        ({"freight": {"related": ["export", "nonsense"]}}, "row 3, field related: 'nonsense' is unknown"),
        ({"freight": {"related": []}}, "row 1, field related: 'freight' does not name this one"),
        ({"trade": {"related": ["trade"]}}, "row 2, field related: a concept is not its own neighbour"),
        ({"trade": {"broader": ["trade"]}}, "row 2, field broader: a concept is not its own neighbour"),
        (
            {"trade": {"broader": ["freight"]}, "freight": {"broader": ["export"]}},
            "row 1, field broader: goes round in a circle: export → trade → freight → export",
        ),
        ({"export": labels(fr=[])}, "row 1, field labels.fr: a list of terms is expected here"),
        ({"export": labels(fr="exporter")}, "row 1, field labels.fr: a list of terms is expected here"),
        ({"export": labels(de=["Ausfuhr"])}, "row 1, field labels.de: not one of the portal's languages"),
        ({"export": labels(en=["export", "Export"])}, "row 1, field labels.en: 'Export' is there twice"),
        ({"export": labels(en=["export", ""])}, "row 1, field labels.en: '' cannot be used"),
        ({"export": labels(en=["export", "!?"])}, "row 1, field labels.en: '!?' cannot be used"),
        ({"export": labels(en=["export", " x "])}, "row 1, field labels.en: ' x ' is not a text, or has spaces"),
        ({"export": labels(en=["export", 7])}, "row 1, field labels.en: 7 is not a text"),
        ({"export": labels(en=["x" * 121])}, "is longer than 120 characters"),
        ({"export": labels(en=["\ufdfa" * 14])}, "cannot be used: This is too long"),
        (
            {"export": {"labels": {k: v for k, v in EXPORT["labels"].items() if k != "zh-hant"}}},
            "row 1, field labels.zh-hant: missing",
        ),
        ({"export": {"labels": None}}, "row 1, field labels: missing"),
        ({"export": {"related": None}}, "row 1, field related: missing"),
        ({"more": [TRADE]}, "row 4, field id: 'trade' is in row 2 already"),
        ({"more": [{**TRADE, "id": "Not a slug"}]}, "row 4, field id: Enter a valid"),
        ({"more": [{**TRADE, "id": 7}]}, "row 4, field id: 7 is not what is expected here"),
        ({"more": [["trade"]]}, "row 4: an object is expected here"),
    ],
)
def test_a_broken_row_is_told_with_file_row_and_field_and_nothing_is_loaded(data, changes, said):
    with pytest.raises(CommandError) as refusal:
        data(**changes)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("thesaurus.jsonl, row ")
    assert "1 problem(s); nothing was loaded." in str(refusal.value)
    assert not Concept.objects.exists()
    assert not Edition.objects.exists()


def test_all_problems_are_told_in_one_run(data):
    with pytest.raises(CommandError, match=r"3 problem\(s\)"):
        data(export={"topics": ["nonsense"]}, trade={"economies": ["ZZ"]}, freight={"labels": {}} | {"broader": None})


def test_a_missing_file_is_named(tmp_path, db):
    with pytest.raises(CommandError, match=r"thesaurus\.jsonl: there is no such file"):
        call_command("load_thesaurus", data_dir=tmp_path)


def test_circles_are_found_however_long():
    assert circles({1: [2], 2: [3], 3: []}) == []
    assert circles({1: [2, 3], 2: [4], 3: [4], 4: []}) == []  # two ways to one place are no circle
    assert circles({1: [2], 2: [3], 3: [2]}) == [[2, 3]]
    chain = {n: [n + 1] for n in range(5000)} | {5000: [0]}
    assert len(circles(chain)[0]) == 5001


# --- what people edited is theirs -------------------------------------------------------------


def form_of(row, **changes):
    """What the admin's form sends for a concept and its terms."""
    terms = list(row.terms.all())
    form = {
        "slug": row.slug,
        "topics": [t.pk for t in row.topics.all()],
        "sectors": [s.pk for s in row.sectors.all()],
        "economies": [e.pk for e in row.economies.all()],
        "broader": [b.pk for b in row.broader.all()],
        "related": [r.pk for r in row.related.all()],
        "terms-TOTAL_FORMS": len(terms),
        "terms-INITIAL_FORMS": len(terms),
    }
    for number, term in enumerate(terms):
        form |= {
            f"terms-{number}-id": term.pk,
            f"terms-{number}-concept": row.pk,
            f"terms-{number}-language": term.language,
            f"terms-{number}-text": term.text,
            f"terms-{number}-order": term.order,
        }
        if term.is_acronym:
            form[f"terms-{number}-is_acronym"] = "on"
    return form | changes


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def send(admin, row, **changes):
    return admin.post(reverse("admin:search_concept_change", args=[row.pk]), form_of(row, **changes))


def number_of(row, text):
    return [term.text for term in row.terms.all()].index(text)


def test_a_term_edited_in_the_admin_is_found_at_once_and_kept_by_the_next_load(data, admin):
    data()
    row = Concept.objects.get(slug="export")
    place = number_of(row, "exportar")
    answer = send(admin, row, **{f"terms-{place}-text": "Mandar al extranjero ÑÚ"})
    assert answer.status_code == 302, answer.context["errors"]
    term = row.terms.get(text="Mandar al extranjero ÑÚ")
    assert term.folded == "mandar al extranjero nu"
    assert [match.slug for match in expand("mandar al extranjero nu").matches] == ["export"]
    said = data(export=labels(es=["algo distinto"]) | {"topics": [], "related": []}, freight={"related": []})
    assert "edited here, kept" in said
    assert texts("export", "es") == ["Mandar al extranjero ÑÚ", "vender fuera"]
    assert row.topics.count() == 1
    assert [other.slug for other in row.related.all()] == ["freight"]


def test_the_first_term_of_a_language_is_the_preferred_one_after_editing(data, admin):
    data()
    row = Concept.objects.get(slug="export")
    first, second = number_of(row, "export"), number_of(row, "sell abroad")
    answer = send(admin, row, **{f"terms-{first}-order": 5, f"terms-{second}-order": 0})
    assert answer.status_code == 302, answer.context["errors"]
    assert list(row.terms.filter(language="en").values_list("text", "order", "is_preferred")) == [
        ("sell abroad", 0, True),
        ("EX", 1, False),
        ("export", 2, False),
    ]


def test_a_concept_added_in_the_admin_is_found_and_kept(data, admin):
    data()
    form = {"slug": "drones", "terms-TOTAL_FORMS": 4, "terms-INITIAL_FORMS": 0}
    for number, language in enumerate(Language.values):
        form |= {f"terms-{number}-language": language, f"terms-{number}-text": "無人機", f"terms-{number}-order": 0}
    answer = admin.post(reverse("admin:search_concept_add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    assert [match.slug for match in expand("无人机出口").matches] == ["drones", "export"]
    data(more=[{**TRADE, "id": "drones"}])
    assert texts("drones", "en") == ["無人機"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (lambda row: {f"terms-{number_of(row, '出口')}-DELETE": "on"}, "missing: 繁體中文"),
        (lambda row: {f"terms-{number_of(row, '出口')}-text": "!?"}, "no letters or digits"),
        (lambda row: {f"terms-{number_of(row, 'export')}-text": "sell abroad"}, "correct the duplicate"),
        (lambda row: {"broader": [row.pk]}, "cannot be wider than itself"),
        (lambda row: {"related": [row.pk]}, "not related to itself"),
        (lambda row: {"broader": [Concept.objects.get(slug="under").pk]}, "cannot be wider than itself"),
    ],
)
def test_the_admin_refuses_what_a_load_would(data, admin, changes, said):
    data()
    row = Concept.objects.get(slug="export")
    concept("under", broader=[row])
    answer = send(admin, row, **changes(row))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not editing.would_go_round(row, [])


def test_a_concept_discarded_in_the_admin_does_not_come_back(data, admin):
    data()
    row = Concept.objects.get(slug="freight")
    answer = admin.post(reverse("admin:search_concept_delete", args=[row.pk]), {"post": "yes"})
    assert answer.status_code == 302
    assert expand("freight").matches == ()
    data()
    assert not Concept.objects.filter(slug="freight").exists()


def test_several_concepts_are_discarded_at_once(data, admin):
    data()
    picked = list(Concept.objects.exclude(slug="export").values_list("pk", flat=True))
    form = {"action": "delete_selected", "_selected_action": picked, "post": "yes"}
    assert admin.post(reverse("admin:search_concept_changelist"), form).status_code == 302
    data()
    assert [row.slug for row in Concept.objects.all()] == ["export"]


def test_an_administrator_finds_a_concept_by_any_term(data, admin, django_assert_num_queries):
    data()
    concept("other")
    page = admin.get(reverse("admin:search_concept_changelist"), {"q": "vender fuera"}).content.decode()
    assert "出口" in page
    assert "貿易" not in page
    filtered = admin.get(reverse("admin:search_concept_changelist"), {"topics__id__exact": Topic.objects.get().pk})
    assert [row.slug for row in filtered.context["cl"].result_list] == ["export"]


@pytest.mark.parametrize("who", ["sme", "chamber", "official"])
def test_nobody_else_gets_in(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("admin:search_concept_changelist")).status_code in {302, 403}


# --- the real file --------------------------------------------------------------------------


@pytest.fixture
def vocabulary(db):
    call_command("load_reference", stdout=StringIO())


@pytest.mark.usefixtures("vocabulary")
def test_the_whole_thesaurus_loads_and_answers_in_four_languages(tmp_path):
    shutil.copy(DATA / "thesaurus.jsonl", tmp_path)
    began = time.monotonic()
    call_command("load_thesaurus", data_dir=tmp_path, stdout=StringIO())
    took = time.monotonic() - began
    lines = [json.loads(line) for line in (DATA / "thesaurus.jsonl").read_text().split("\n") if line]
    assert Concept.objects.count() == len(lines)
    assert Term.objects.count() == sum(len(terms) for line in lines for terms in line["labels"].values())
    assert took < 60  # seconds; some five on an idle machine
    for words in ("certificate of origin", "原產地證明書", "certificado de origen", "certificat d'origine"):
        assert "certificate-of-origin" in {match.slug for match in expand(words).matches}
    assert [match.slug for match in expand("加拿大").matches] == ["economy-ca"]
    assert all(term.folded == fold(term.text).strip() for term in Term.objects.filter(language="zh-hant")[:500])
    with CaptureQueriesContext(connection) as queries:
        call_command("load_thesaurus", data_dir=tmp_path, stdout=StringIO())
    assert writes(queries) == []
