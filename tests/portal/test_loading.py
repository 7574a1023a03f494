"""Data files are loaded whole or not at all, and only what differs is written."""

import json
import shutil
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal.accounts import importing as organizations
from portal.reference.loading import (
    BrokenData,
    Problems,
    Report,
    Row,
    known,
    progress,
    relate,
    rows,
    run,
    upsert,
    validate_all,
)
from portal.reference.models import Agreement, Economy, Sector, Topic
from tests.factories.reference import agreement, economy, sector, topic

DATA = settings.REFERENCE_DATA_DIR
FILES = ("economies.json", "agreements.json", "topics.json", "sectors.json")


@pytest.fixture
def data(tmp_path):
    """A copy of the reference files, to be broken."""
    for name in FILES:
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def change(path: Path, edit):
    """Rewrite a JSON file after ``edit(data)``."""
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data, ensure_ascii=False))


def load_reference(data_dir=DATA):
    out = StringIO()
    call_command("load_reference", data_dir=data_dir, stdout=out)
    return out.getvalue()


def counts():
    return [model.objects.count() for model in (Economy, Agreement, Topic, Sector)]


def writes(queries):
    return [q["sql"] for q in queries if q["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]


# --- load_reference -------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_vocabulary_is_loaded():
    said = load_reference()
    assert counts() == [21, 3, 17, 123]
    assert "economies" in said
    assert list(Economy.objects.filter(is_focus=True).values_list("code", flat=True)) == ["US", "TW", "CA", "MX"]
    taiwan = Economy.objects.get(code="TW")
    assert (taiwan.name, taiwan.name_es, taiwan.name_zh_hant) == ("Taiwan", "Taiwán", "臺灣")
    assert taiwan.apec_name_en == "Chinese Taipei"
    usmca = Agreement.objects.get(slug="usmca")
    assert (usmca.short_name_en, usmca.short_name_es, usmca.sme_chapter) == ("USMCA", "T-MEC", "25")
    assert {party.code for party in usmca.parties.all()} == {"US", "MX", "CA"}
    assert usmca.in_force_on.isoformat() == "2020-07-01"
    produce = Sector.objects.get(slug="fresh-produce")
    assert produce.parent.slug == "agriculture"
    assert produce.hs_chapters == ["07", "08"]


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    load_reference()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        said = load_reference()
    assert writes(queries) == []
    assert "Nothing to do" in said


@pytest.mark.django_db
def test_only_the_changed_column_is_written(data):
    load_reference()
    change(data / "topics.json", lambda file: file["topics"][0]["label"].update(fr="Formalités"))
    with CaptureQueriesContext(connection) as queries:
        load_reference(data)
    assert [sql.partition(" WHERE ")[0] for sql in writes(queries)] == [
        """UPDATE "reference_topic" SET "label_fr" = 'Formalités'"""
    ]


@pytest.mark.django_db
def test_a_load_while_another_language_is_active_writes_the_same(data):
    load_reference()
    change(data / "topics.json", lambda file: file["topics"][0]["label"].update(en="Clearance"))
    with translation.override("es"):
        load_reference(data)
        load_reference(data)
    first = Topic.objects.get(slug="customs-procedures")
    assert (first.label_en, first.label_es) == ("Clearance", "Procedimientos aduaneros")
    with connection.cursor() as cursor:
        cursor.execute("SELECT label FROM reference_topic WHERE id = %s", [first.pk])
        assert cursor.fetchone() == ("Clearance",)


@pytest.mark.django_db
def test_a_text_that_was_withdrawn_goes_away(data):
    load_reference()
    change(data / "topics.json", lambda file: file["topics"][0]["label"].pop("fr"))
    load_reference(data)
    assert Topic.objects.get(slug="customs-procedures").label_fr is None


@pytest.mark.django_db
def test_what_is_gone_from_the_files_stays(data):
    load_reference()
    change(data / "topics.json", lambda file: file["topics"].pop(0))
    load_reference(data)
    assert Topic.objects.filter(slug="customs-procedures").exists()


@pytest.mark.django_db
def test_every_broken_row_is_told_with_file_row_and_field_and_nothing_is_loaded(data):
    change(data / "economies.json", lambda file: file[1].update(currency="DOLLAR"))
    change(data / "economies.json", lambda file: file[2].pop("time_zones"))
    change(data / "agreements.json", lambda file: file[0].update(parties=["US", "ZZ"], kind="treaty"))
    change(data / "agreements.json", lambda file: file[1].update(signed_on="yesterday", source_url="ustr.gov"))
    change(data / "topics.json", lambda file: file["topics"][4]["label"].update(de="Zoll", fr=7))
    change(data / "topics.json", lambda file: file["topics"][5].update(label={}))
    change(data / "sectors.json", lambda file: file[3]["children"][0].update(slug="agriculture"))
    with pytest.raises(CommandError) as refusal:
        load_reference(data)
    said = str(refusal.value)
    for line in (
        "economies.json, row 2, field currency: Ensure this value has at most 3 characters",
        "economies.json, row 3, field time_zones: missing",
        "agreements.json, row 1, field parties: 'ZZ' is unknown",
        "agreements.json, row 1, field kind: Value 'treaty' is not a valid choice",
        "agreements.json, row 2, field signed_on: “yesterday” value has an invalid date format",
        "agreements.json, row 2, field source_url: Enter a valid URL",
        "topics.json, row 5, field label.de: not one of the portal's languages",
        "topics.json, row 5, field label.fr: a text is expected here",
        "topics.json, row 6, field label: This field cannot be",
        "sectors.json, row 4, field slug: 'agriculture' is in the tree already",
        "10 problem(s); nothing was loaded.",
    ):
        assert line in said
    assert len(said.splitlines()) == 11, said
    assert counts() == [0, 0, 0, 0]


@pytest.mark.django_db
def test_a_broken_file_leaves_what_was_loaded_before(data):
    load_reference()
    change(data / "topics.json", lambda file: file["topics"][0]["label"].update(en="Clearance"))
    (data / "sectors.json").write_text("[{]")
    with pytest.raises(CommandError, match=r"sectors.json, line 1: not JSON"):
        load_reference(data)
    assert Topic.objects.get(slug="customs-procedures").label_en == "Customs procedures"


@pytest.mark.django_db
def test_a_missing_file_is_named(data):
    (data / "topics.json").unlink()
    with pytest.raises(CommandError, match=r"topics.json: there is no such file"):
        load_reference(data)


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_do_not_disturb_each_other(transactional_db):
    said, failures = [], []

    def load():
        try:
            said.append(load_reference())
        except Exception as failure:  # noqa: BLE001 -- a thread's failure must reach the test
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert counts() == [21, 3, 17, 123]
    assert sum("Nothing to do" in text for text in said) == 1


# --- Reading files --------------------------------------------------------------------------


def test_rows_of_lines_carry_their_line_number(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"slug": "a"}\n\n{"slug": "b\u2028c"}\n')
    assert [(row.file, row.number, row["slug"]) for row in rows(path)] == [
        ("a.jsonl", 1, "a"),
        ("a.jsonl", 3, "b\u2028c"),
    ]


def test_every_line_that_is_no_json_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"slug": "a"}\n{"slug": \nnonsense\n')
    with pytest.raises(BrokenData) as refusal:
        rows(path)
    assert [line.split(":")[0] for line in refusal.value.lines] == ["a.jsonl, row 2", "a.jsonl, row 3"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[{"slug": "a"}, 7]', "a.json, row 2: an object is expected here"),
        ('[{"slug": "a"}, {"slug": "a"}]', "a.json, row 2, field slug: 'a' is in row 1 already"),
        ('[{"slug": "a\\u0000"}]', r"a.json, row 1: 'a\x00' has characters that cannot be stored"),
        ('[{"slug": {"deep": ["\\ud800"]}}]', r"a.json, row 1: '\ud800' has characters that cannot be stored"),
        ('{"list": []}', "a.json: a list is expected"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(tmp_path, content, complaint):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(BrokenData) as refusal:
        rows(path, unique="slug")
    assert refusal.value.lines == [complaint]


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes('["México"]'.encode("latin-1"))
    with pytest.raises(BrokenData, match="not UTF-8 at byte 3"):
        rows(path)


def test_the_list_may_stand_under_a_key(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"note": "", "topics": [{"slug": "a"}]}')
    assert [row["slug"] for row in rows(path, "topics")] == ["a"]
    with pytest.raises(BrokenData, match="a list is expected under 'sectors'"):
        rows(path, "sectors")


def test_problems_leave_the_good_rows(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('[]\n{"slug": "b"}')
    problems = Problems()
    assert [row["slug"] for row in rows(path, problems=problems)] == ["b"]
    assert problems.lines == ["a.jsonl, row 1: an object is expected here"]


# --- Writing rows ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_upsert_says_what_it_had_to_do():
    values = {"label_en": "Food", "hs_chapters": ["20"]}
    assert upsert(Sector, by={"slug": "food"}, values=values, if_new={"order": 7})[1] == "created"
    assert upsert(Sector, by={"slug": "food"}, values=values, if_new={"order": 8})[1] == "unchanged"
    food, outcome = upsert(Sector, by={"slug": "food"}, values=values | {"parent": sector("wide", parent=None)})
    assert outcome == "changed"
    food.refresh_from_db()
    assert (food.parent.slug, food.order, food.label) == ("wide", 7, "Food")


@pytest.mark.django_db
def test_a_broken_value_is_collected_and_not_written():
    problems = Problems()
    row = Row("a.json", 4, {})
    topic("taxes", label="Taxes")
    _taxes, outcome = upsert(
        Topic, by={"slug": "taxes"}, values={"label_en": "x" * 121}, row=row, problems=problems, names={"label": "name"}
    )
    assert outcome == "broken"
    assert [line.split(":")[0] for line in problems.lines] == [
        "a.json, row 4, field name",
        "a.json, row 4, field name.en",
    ]
    assert Topic.objects.get(slug="taxes").label == "Taxes"


@pytest.mark.django_db
def test_without_a_place_to_collect_them_errors_are_raised():
    with pytest.raises(Exception, match="valid"):
        upsert(Topic, by={"slug": "not a slug"}, values={"label_en": "Taxes"})
    assert validate_all(topic())


@pytest.mark.django_db
def test_a_relation_is_written_only_when_it_differs():
    usmca = agreement()
    assert not relate(usmca, "parties", [economy("US"), economy("MX"), economy("CA")])
    assert relate(usmca, "parties", [economy("US")])
    assert [party.code for party in usmca.parties.all()] == ["US"]


@pytest.mark.django_db
def test_a_reference_to_a_row_that_was_complained_about_is_no_second_problem():
    problems = Problems()
    problems.add(Row("topics.json", 1, {"slug": "broken"}), "label", "missing")
    topics = {"taxes": topic("taxes"), "withheld": None}
    row = Row("a.json", 1, {"topics": ["taxes", "broken", "withheld", "nowhere", 7], "topic": "taxes", "none": None})
    assert problems.look_up(row, "topics", topics) == [topics["taxes"]]
    assert problems.look_up(row, "topic", known(Topic)) == [topics["taxes"]]
    assert problems.look_up(row, "none", topics) == []
    assert problems.lines[1:] == [
        "a.json, row 1, field topics: 'nowhere' is unknown",
        "a.json, row 1, field topics: 7 is unknown",
    ]


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_hides_no_problem_found_before(data):
    change(data / "economies.json", lambda file: file[2].pop("time_zones"))
    (data / "sectors.json").unlink()
    with pytest.raises(CommandError) as refusal:
        load_reference(data)
    assert "field time_zones: missing" in str(refusal.value)
    assert "sectors.json: there is no such file" in str(refusal.value)


@pytest.mark.django_db
def test_a_run_with_problems_writes_nothing():
    def load(data_dir, problems, report):
        upsert(Topic, by={"slug": "taxes"}, values={"label_en": "Taxes"})
        problems.add(Row("a.json", 1, {}), "slug", "missing")

    with pytest.raises(BrokenData):
        run([load], DATA)
    assert not Topic.objects.exists()


def test_a_report_is_a_table():
    report = Report()
    report.count("things", "created")
    report.count(Economy, "unchanged")
    report.count(Economy, "changed")
    assert report.writes == 2
    assert [line.split() for line in report.lines()] == [
        ["created", "changed", "unchanged"],
        ["things", "1", "0", "0"],
        ["economies", "0", "1", "1"],
    ]


def test_progress_passes_everything_through():
    assert list(progress("Topics", [1, 2, 3])) == [1, 2, 3]


@pytest.mark.django_db
def test_without_reference_data_the_catalogue_says_what_is_missing(tmp_path):
    (tmp_path / "agencies.json").write_text(json.dumps(json.loads((DATA / "agencies.json").read_text())[:1]))
    with pytest.raises(BrokenData, match="field economy: 'US' is unknown"):
        run([organizations.load], tmp_path)
