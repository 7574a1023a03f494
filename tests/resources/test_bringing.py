"""Bringing files in: what they may look like, what is refused, and that a load is whole or nothing."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.core.validators import URLValidator
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from portal.accounts.models import Membership
from portal.activity.log import timeline
from portal.notifications import delivery
from portal.notifications.models import Notification
from resources import bringing, publishing, sheets, tasks, unloading, unpacking
from resources.models import ImportRun, Resource
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

Status = ImportRun.Status


@pytest.fixture
def row(agency, us):
    """A row that an official of the United States may bring in."""
    topic()

    def row(number=1, **changes):
        return {
            "slug": f"us-duty-{number}",
            "kind": "guide",
            "agency": agency.slug,
            "economies": "US",
            "topics": "customs-procedures",
            "languages": "en",
            "url": f"https://www.example.gov/duty/{number}",
            "title_en": f"Duty {number}",
            "summary_en": "What a first shipment pays.",
        } | changes

    return row


def as_csv(*rows, delimiter=",", encoding="utf-8"):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, fieldnames=list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_json(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def looked_through(content, by):
    """A file after a worker has looked it through."""
    run = bringing.upload(by=by, name="duties.csv", content=content)
    assert unloading.work_on(run.pk)
    run.refresh_from_db()
    return run


def loaded(content, by, **choices):
    run = looked_through(content, by)
    assert run.status == Status.CHECKED, run.errors
    run = bringing.begin_loading(run, by=by, **{"submits": False} | choices)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    return run


def complaints(run):
    return [(error["row"], error["field"], error["message"]) for error in run.errors]


def titles():
    return sorted(Resource.objects.values_list("title_en", flat=True))


# --- What a file may look like ----------------------------------------------------------------------


def test_the_dry_run_says_what_would_happen_and_changes_nothing(official, row):
    ResourceFactory(slug="us-duty-1", publisher=official.active_memberships[0].organization, title_en="Old duty")
    run = looked_through(as_csv(row(1), row(2)), official)
    assert run.status == Status.CHECKED
    assert run.counts == {"created": 1, "changed": 1, "unchanged": 0, "problems": 0}
    assert (run.rows, run.done) == (2, 2)
    assert titles() == ["Old duty"]


def test_what_is_loaded_are_drafts_of_the_official_who_brought_them(official, row, agency):
    run = loaded(as_csv(row(1, title_zh_hant="關稅一", summary_zh_hant="首批貨物。")), official)
    assert run.status == Status.LOADED
    assert run.counts == {"created": 1, "changed": 0, "unchanged": 0, "problems": 0}
    resource = Resource.objects.get()
    assert (resource.slug, resource.status, resource.author) == ("us-duty-1", "draft", official)
    assert resource.publisher == agency
    assert resource.economy_codes == {"US"}
    assert resource.text("zh-hant")[0] == "關稅一"
    assert [activity.verb for activity in timeline(resource)] == ["drafted"]
    assert bytes(run.content) == b""


def test_the_same_file_again_changes_nothing(official, row):
    file = as_csv(row(1), row(2, audience="youth|rural", body_en="One.\nTwo."))
    loaded(file, official)
    before = list(Resource.objects.order_by("pk").values())
    run = loaded(file, official)
    assert run.counts == {"created": 0, "changed": 0, "unchanged": 2, "problems": 0}
    assert list(Resource.objects.order_by("pk").values()) == before


def test_a_new_row_without_a_slug_is_known_by_address_and_publisher(official, row):
    file = as_csv(row(1, slug=""), row(2, slug=""))
    loaded(file, official)
    assert set(Resource.objects.values_list("slug", flat=True)) == {"us-duty-1", "us-duty-2"}
    assert loaded(file, official).counts["unchanged"] == 2


def test_only_what_the_file_says_is_changed(official, agency):
    resource = ResourceFactory(
        publisher=agency, slug="kept", title_es="Guía", summary_es="Resumen.", audiences=["youth"], sectors=[sector()]
    )
    run = loaded(b"slug,title_en\nkept,A new title\n", official)
    assert run.counts["changed"] == 1
    resource.refresh_from_db()
    assert resource.title_en == "A new title"
    assert resource.summary_en == "What to do before the first shipment. It takes a day."
    assert resource.title_es == "Guía"
    assert resource.audiences == ["youth"]
    assert resource.sectors.count() == 1


def test_an_empty_cell_empties_texts_and_lists(official, agency):
    resource = ResourceFactory(publisher=agency, slug="kept", audiences=["youth"], sectors=[sector()])
    loaded(b"slug,body_en,audience,sectors\nkept,,,\n", official)
    resource.refresh_from_db()
    assert not resource.body_en
    assert resource.audiences == []
    assert resource.sectors.count() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_spreadsheets_save_them(official, row, encoding, delimiter):
    file = as_csv(
        row(1, title_en="Duties; taxes, fees", title_es="Aranceles: ¿cuánto?", summary_es="Así."),
        delimiter=delimiter,
        encoding=encoding,
    )
    loaded(file, official)
    resource = Resource.objects.get()
    assert (resource.title_en, resource.title_es) == ("Duties; taxes, fees", "Aranceles: ¿cuánto?")


def test_excels_separator_line_and_short_rows_are_understood(official, row):
    file = b"sep=;\r\n" + as_csv(row(1, body_en=""), delimiter=";").replace(b";\r\n", b"\r\n")
    loaded(file, official)
    assert titles() == ["Duty 1"]


def test_line_ends_of_another_system_are_no_change(official, agency):
    ResourceFactory(publisher=agency, slug="kept", body_en="One.\r\n\r\nTwo.")
    assert loaded(b'slug,body_en\nkept,"One.\n\nTwo."\n', official).counts["unchanged"] == 1


def test_lines_of_the_catalogues_own_file_are_understood(official, row, agency):
    line = {
        "slug": "us-cbp-guide", "economy": "US", "scope": "economy", "agency": agency.slug, "kind": "guide",
        "topics": ["customs-procedures"], "sectors": [], "title": {"en": "Guide"}, "summary": {"en": "What to do."},
        "body": {"en": "Begin."}, "url": "https://www.example.gov/", "url_seen": True, "url_evidence": "cited",
        "languages": ["en"], "audience": ["importer"], "agreements": [], "checked_on": None,
    }  # fmt: skip
    loaded(as_json(line), official)
    resource = Resource.objects.get()
    assert (resource.slug, resource.audiences, resource.body_en) == ("us-cbp-guide", ["importer"], "Begin.")
    assert loaded(as_json(line), official).counts["unchanged"] == 1


def test_a_language_that_a_line_does_not_mention_stays(official, agency):
    resource = ResourceFactory(publisher=agency, slug="kept", title_es="Guía", summary_es="Resumen.")
    loaded(as_json({"slug": "kept", "title": {"en": "New"}}), official)
    resource.refresh_from_db()
    assert (resource.title_en, resource.title_es) == ("New", "Guía")


def test_a_cell_that_looks_like_a_formula_comes_back_as_it_was(official, row):
    for text in ("=1+1", "'=1+1", "-5 %", "@here", "'quoted'", "''=2"):
        assert sheets.meant(sheets.inert(text)) == text
        assert not sheets.inert(text).startswith(("=", "+", "-", "@"))
    loaded(as_csv(row(1, title_en=sheets.inert("=1+1"))), official)
    assert titles() == ["=1+1"]


def test_the_template_can_be_brought_in(client, official, row):
    client.force_login(official)
    file = client.get(reverse("resources:import-template")).content
    assert file.startswith(b"\xef\xbb\xbfslug,kind,agency")
    run = looked_through(file, official)
    assert run.counts == {"created": 1, "changed": 0, "unchanged": 0, "problems": 0}, run.errors


def test_the_dry_run_refuses_what_loading_would_refuse(official, agency, row):
    """The two ask the same questions; this keeps them together."""
    ResourceFactory(slug="foreign", code="MX", published=True)
    ResourceFactory(slug="withdrawn", publisher=agency, archived=True)
    ResourceFactory(slug="mine", publisher=agency)
    OrganizationFactory(agency=True, code="MX", slug="mx-body")
    economy("CA")
    rows = [
        row(1), row(2, kind="poem"), row(3, url="nowhere"), row(4, title_en=""), row(5, agency="mx-body"),
        row(6, economies="CA"), row(7, economies=""), row(8, scope="global"), row(9, topics=""),
        row(10, languages="xx"), row(11, source_language="de"), row(12, slug="manage"), row(13, slug="foreign"),
        row(14, slug="withdrawn"), row(15, slug="mine", economies="US|CA"), row(16, summary_es="Solo."),
        row(17, slug=""),
        row(18, title_en="x" * 201),
    ]  # fmt: skip
    records = unpacking.unpack(as_csv(*rows)).records
    tried = unloading.look_through(records, by=official)
    done = unloading.load(records, by=official)
    assert tried.problems == done.problems
    assert {problem.row for problem in tried.problems} == {*range(3, 18), 19}
    assert tried.counts == done.counts
    assert Resource.objects.count() == 3


# --- Submitted at once ------------------------------------------------------------------------------


def test_new_ones_are_submitted_when_she_ticks_it_and_each_colleague_is_told_once(official, colleague, row):
    run = loaded(as_csv(row(1), row(2), row(3)), official, submits=True)
    assert set(Resource.objects.values_list("status", flat=True)) == {"in_review"}
    told = Notification.objects.filter(kind="resources/import_submitted")
    assert [note.recipient for note in told] == [colleague]
    assert told[0].context["count"] == 3
    assert not Notification.objects.filter(kind="resources/resource_submitted").exists()
    assert run.submits


def test_the_message_to_colleagues_is_a_mail_in_their_language(official, colleague, row, mailoutbox):
    colleague.language = "es"
    colleague.save(update_fields=["language"])
    loaded(as_csv(row(1)), official, submits=True)
    delivery.deliver_due()
    [mail] = mailoutbox
    assert mail.to[0].endswith(colleague.email) or colleague.email in mail.to[0]
    assert "/es/resources/manage/?status=in_review" in mail.body
    assert "duties.csv" in mail.body


# --- Refusals ---------------------------------------------------------------------------------------


def test_one_bad_row_of_two_hundred_and_nothing_is_loaded(official, row):
    rows = [row(number) for number in range(200)]
    rows[120]["topics"] = "custms"
    run = looked_through(as_csv(*rows), official)
    assert run.status == Status.REFUSED
    assert complaints(run) == [(122, "topics", "“custms” is not known here.")]
    assert run.errors[0]["value"] == "custms"
    assert not Resource.objects.exists()
    assert bytes(run.content) == b""
    with pytest.raises(ValidationError):
        bringing.begin_loading(run, submits=False, by=official)


def test_every_row_is_told_what_is_wrong_with_it(official, row):
    run = looked_through(
        as_csv(
            row(1, kind="poem"),
            row(2, url="nowhere"),
            row(3, title_en="", title_es="Guía"),
            row(4, audience="martians"),
            row(5, summary_en="x" * 601),
            row(6, agency="nobody", economies="ZZ"),
            row(1),
        ),
        official,
    )
    found = {(error["row"], error["field"]) for error in run.errors}
    assert found == {
        (2, "kind"), (3, "url"), (4, "title_en"), (4, "summary_es"), (5, "audience"), (6, "summary_en"),
        (7, "agency"), (7, "economies"), (8, "slug"),
    }  # fmt: skip
    assert "Row 2 is about the same resource." in [error["message"] for error in run.errors]
    assert not Resource.objects.exists()


def test_errors_are_in_the_language_of_the_upload(official_mx, row):
    agency = official_mx.active_memberships[0].organization.slug
    file = as_csv(row(1, url="nowhere", economies="MX", agency=agency))
    with translation.override("es"):
        run = bringing.upload(by=official_mx, name="a.csv", content=file)
        spanish = str(URLValidator.message)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    assert spanish != "Enter a valid URL."
    assert complaints(run) == [(2, "url", spanish)]


def test_an_official_brings_in_only_her_own_economys(official, row):
    OrganizationFactory(agency=True, code="MX", slug="mx-body")
    economy("CA")
    run = looked_through(
        as_csv(row(1, economies="MX", agency="mx-body"), row(2, economies="US|CA"), row(3, scope="global")), official
    )
    assert {(error["row"], error["field"]) for error in run.errors} == {
        (2, "agency"), (2, "economies"), (3, "economies"), (4, "economies"),
    }  # fmt: skip
    assert not Resource.objects.exists()


def test_another_economys_resource_may_stand_in_the_file_unchanged_but_not_changed(official, row):
    ResourceFactory(slug="mx-guide", code="MX", published=True, title_en="Mexican guide")
    run = looked_through(b"slug,title_en\nmx-guide,Mexican guide\n", official)
    assert (run.status, run.counts["unchanged"]) == (Status.CHECKED, 1)
    run = looked_through(b"slug,title_en\nmx-guide,Mine now\n", official)
    assert run.status == Status.REFUSED
    assert "officials of another economy" in run.errors[0]["message"]


def test_the_slug_of_what_she_cannot_see_is_taken_and_nothing_more_is_said(official, row):
    ResourceFactory(slug="secret", code="MX", title_en="Secret draft")
    run = looked_through(as_csv(row(1, slug="secret"), row(2, slug="manage"), row(3, slug="no good")), official)
    assert [(error["row"], error["field"]) for error in run.errors] == [(2, "slug"), (3, "slug"), (4, "slug")]
    assert run.errors[0]["message"] == run.errors[1]["message"] == "This short name is taken."


def test_a_withdrawn_resource_is_not_changed_by_a_file(official, agency):
    ResourceFactory(slug="gone", publisher=agency, archived=True)
    run = looked_through(b"slug,title_en\ngone,Back\n", official)
    assert run.status == Status.REFUSED


def test_what_a_colleague_changed_after_the_dry_run_is_not_overwritten(official, colleague, agency):
    resource = ResourceFactory(slug="kept", publisher=agency, title_en="Old")
    other = ResourceFactory(slug="same", publisher=agency, title_en="Same")
    run = looked_through(b"slug,title_en\nkept,From the file\nsame,Same\n", official)
    publishing.revise(resource, version=resource.version, by=colleague, title_en="From a colleague")
    publishing.revise(other, version=other.version, by=colleague, title_en="From a colleague too")
    run = bringing.begin_loading(run, submits=False, by=official)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    assert run.status == Status.REFUSED
    assert [error["row"] for error in run.errors] == [2, 3]
    assert "Upload the file again" in run.errors[0]["message"]
    assert titles() == ["From a colleague", "From a colleague too"]


def test_nobody_but_officials_and_administrators_brings_files(sme, chamber, outsider, row):
    for person in (sme, chamber, outsider):
        with pytest.raises(PermissionDenied):
            bringing.upload(by=person, name="a.csv", content=as_csv(row(1)))
    assert not ImportRun.objects.exists()


def test_who_is_no_official_any_more_loads_nothing(official, row):
    run = looked_through(as_csv(row(1)), official)
    run = bringing.begin_loading(run, submits=False, by=official)
    Membership.objects.filter(user=official).update(status="ended" if "ended" in Membership.Status.values else "left")
    unloading.work_on(run.pk)
    run.refresh_from_db()
    assert run.status == Status.ABANDONED
    assert not Resource.objects.exists()


def test_somebody_elses_file_is_neither_seen_nor_loaded(client, official, colleague, row):
    run = looked_through(as_csv(row(1)), official)
    with pytest.raises(PermissionDenied):
        bringing.begin_loading(run, submits=False, by=colleague)
    client.force_login(colleague)
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.post(reverse("resources:import-load", args=[run.uid])).status_code == 404


def test_only_so_many_files_wait_at_once(official, row):
    for _number in range(bringing.MAX_UNFINISHED):
        run = bringing.upload(by=official, name="a.csv", content=as_csv(row(1)))
    with pytest.raises(ValidationError, match="waiting"):
        bringing.upload(by=official, name="a.csv", content=as_csv(row(1)))
    bringing.give_up(run, by=official)
    bringing.upload(by=official, name="a.csv", content=as_csv(row(1)))


# --- Hostile files ----------------------------------------------------------------------------------


def zipped():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


HOSTILE = {
    "an Excel workbook named .csv": (zipped(), "not_text"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 500, "not_text"),
    "a PDF": (b"%PDF-1.7 ...", "not_text"),
    "gzip": (b"\x1f\x8b\x08" + b"\0" * 100, "not_text"),
    "nothing": (b"", "empty"),
    "white space": (b" \r\n \t\n", "empty"),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "columns"),
    "a header alone": (b"slug,title_en\n", "empty"),
    "Windows-1252": ("slug,title_es\na,Guía de exportación\n".encode("cp1252"), "encoding"),
    "Big5": ("slug,title_zh_hant\na,關稅指南\n".encode("big5"), "encoding"),
    "half of UTF-16": ("\ufeffslug,title_en\na,b\n".encode("utf-16-le")[:-1], "encoding"),
    "random bytes": (bytes(range(256)) * 20, "encoding"),
    "NULs": (b"\0" * 1000, "columns"),
    "NULs in the header": (b"sl\0ug,title_en\nabc,d\n", "columns"),
    "a cell of 1 MB": (b'slug,title_en\na,"' + b"x" * 1_000_000 + b'"\n', "csv"),
    "a quotation without an end": (b'slug,title_en\na,"never closed\n' + b"b,c\n" * 1000, "csv"),
    "millions of columns": (b"," * 5_000_000, "columns"),
    "millions of named columns": (b"slug," + b"a," * 2_400_000, "columns"),
    "unknown columns": (b"slug,titel\na,b\n", "columns"),
    "one column twice": (b"slug,title_en,Title EN\na,b,c\n", "columns"),
    "no way to know the resource": (b"title_en,kind\na,guide\n", "columns"),
    "too many rows": (b"slug,title_en\n" + b"a,b\n" * 5_001, "too_many_rows"),
    "more than 5 MB": (b"slug,title_en\n" + b"a" * (5 * 1024 * 1024), "too_large"),
    "one JSON list": (b'[{"slug": "a"}]', "json_list"),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_table_is_refused_in_plain_words(official, content, code):
    with pytest.raises(ValidationError) as refusal:
        bringing.upload(by=official, name="resources.csv", content=content)
    assert refusal.value.code == code
    assert not ImportRun.objects.exists()


ODD_LINES = {
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep inside": '{"slug": ' + "[" * 900 + "]" * 900 + "}",
    "no object": "3",
    "broken": '{"slug": "a"',
    "not a number": '{"slug": NaN}',
    "a huge number": '{"slug": ' + "9" * 10_000 + "}",
    "an unknown field": '{"slug": "a", "titel": {"en": "b"}}',
    "a wrong type": '{"slug": "a", "title": "b"}',
    "a wrong list": '{"slug": "a", "topics": [1, {}]}',
    "an unknown language": '{"slug": "a", "title": {"de": "b"}}',
    "a text that is none": '{"slug": "a", "title": {"en": 3}}',
    "NUL": '{"slug": "a", "title": {"en": "a\\u0000b"}}',
    "half a character": '{"slug": "a", "title": {"en": "\\ud800"}}',
    "NUL in a name": '{"slug": "a", "ti\\u0000tle": 1}',
}


@pytest.mark.parametrize("line", ODD_LINES.values(), ids=ODD_LINES)
def test_an_odd_line_is_named_and_nothing_is_loaded(official, row, line):
    good = {"slug": "kept", "title": {"en": "Title"}}
    run = looked_through(as_json(good).replace(b"kept", b"new-one") + b"\n" + line.encode(), official)
    assert run.status == Status.REFUSED
    assert 2 in {error["row"] for error in run.errors}


def test_a_nul_and_too_many_cells_are_errors_of_their_rows(official):
    run = looked_through(b"slug,title_en\na,b\0c\nb,c,d\n", official)
    assert [error["row"] for error in run.errors] == [2, 3]


# --- Nothing runs twice, nothing is lost ------------------------------------------------------------


def test_two_tabs_load_a_file_once(official, row):
    run = looked_through(as_csv(row(1)), official)
    bringing.begin_loading(run, submits=False, by=official)
    with pytest.raises(ValidationError) as refusal:
        bringing.begin_loading(run, submits=True, by=official)
    assert refusal.value.code == "illegal_move"
    assert unloading.work_on(run.pk)
    assert not unloading.work_on(run.pk)
    assert titles() == ["Duty 1"]


def test_a_file_given_up_while_it_is_looked_through_stays_given_up(official, row):
    run = bringing.upload(by=official, name="a.csv", content=as_csv(row(1)))
    bringing.give_up(run, by=official)
    assert not unloading.work_on(run.pk)
    run.refresh_from_db()
    assert run.status == Status.ABANDONED


def test_a_file_that_three_workers_died_of_is_given_up(official, row):
    run = bringing.upload(by=official, name="a.csv", content=as_csv(row(1)))
    ImportRun.objects.update(attempts=unloading.ATTEMPTS)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    assert run.status == Status.ABANDONED
    assert "three attempts" in run.errors[0]["message"]


def test_what_nobody_loads_is_forgotten_after_a_week(official, row, time_machine):
    time_machine.move_to("2027-01-01T00:00:00Z")
    run = looked_through(as_csv(row(1)), official)
    time_machine.move_to("2027-01-07T00:00:00Z")
    tasks.sweep_imports()
    run.refresh_from_db()
    assert run.status == Status.CHECKED
    time_machine.move_to("2027-01-09T00:00:00Z")
    tasks.sweep_imports()
    run.refresh_from_db()
    assert (run.status, bytes(run.content)) == (Status.ABANDONED, b"")


def in_thread(work):
    """Run ``work`` in a thread with a connection of its own; give the thread and what came of it."""
    outcome = {}

    def target():
        try:
            outcome["answer"] = work()
        except Exception as error:  # noqa: BLE001 -- told to the test
            outcome["error"] = error
        finally:
            connection.close()

    thread = threading.Thread(target=target)
    thread.start()
    return thread, outcome


def waits_for_us():
    """The process ids of connections that wait for a row that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return [pid for (pid,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_load_that_dies_leaves_nothing_and_the_sweep_loads_it_once(official, agency, row):

    ResourceFactory(slug="kept", publisher=agency, title_en="Old")
    rows = [row(number) for number in range(5)] + [row(9, slug="kept", title_en="New", url="https://www.example.gov/")]
    versions = {str(pk): version for pk, version in Resource.objects.values_list("pk", "version")}
    run = ImportRun.objects.create(
        uploaded_by=official,
        name="a.csv",
        format="csv",
        content=as_csv(*rows),
        status=Status.LOADING,
        versions=versions,
    )

    with transaction.atomic():
        Resource.objects.select_for_update().get(slug="kept")
        thread, outcome = in_thread(lambda: unloading.work_on(run.pk))
        while not (waiting := waits_for_us()):
            assert thread.is_alive(), outcome
            time.sleep(0.01)
        assert not unloading.work_on(run.pk)  # another worker is at it
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [waiting[0]])
        thread.join()
    assert "error" in outcome

    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.LOADING, 1)
    assert titles() == ["Old"]
    tasks.sweep_imports()
    run.refresh_from_db()
    assert run.status == Status.LOADED, run.errors
    assert titles() == ["Duty 0", "Duty 1", "Duty 2", "Duty 3", "Duty 4", "New"]


@pytest.mark.django_db(transaction=True)
def test_the_page_learns_how_far_a_load_is_although_its_transaction_shows_nothing(official, agency, row):
    run = ImportRun.objects.create(
        uploaded_by=official,
        name="a.csv",
        format="csv",
        content=as_csv(*[row(number) for number in range(8)]),
        status=Status.LOADING,
        rows=8,
    )
    seen = []
    records = unpacking.unpack(bytes(run.content)).records

    with unloading.telling(run, every=0) as through, transaction.atomic():
        for _record in through(records):
            thread, outcome = in_thread(lambda: ImportRun.objects.values_list("done", flat=True).get())
            thread.join()
            seen.append(outcome["answer"])
    assert seen == list(range(8))


# --- The pages --------------------------------------------------------------------------------------


def upload_page(client, content, name="duties.csv"):
    return client.post(reverse("resources:import-start"), {"file": SimpleUploadedFile(name, content)})


@pytest.mark.django_db(transaction=True)
def test_from_the_upload_to_the_drafts_by_the_pages(client, official, row):
    client.force_login(official)
    response = upload_page(client, as_csv(row(1), row(2)))
    run = ImportRun.objects.get()
    assert response.url == run.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "2 new" in page
    assert "Load them" in page
    client.post(reverse("resources:import-load", args=[run.uid]), {"submits": "on"})
    page = client.get(response.url).content.decode()
    assert "Your file is loaded" in page
    assert set(Resource.objects.values_list("status", flat=True)) == {"in_review"}
    again = client.post(reverse("resources:import-load", args=[run.uid]), follow=True)
    assert "This is not possible now" in again.content.decode()
    assert Resource.objects.count() == 2


def test_while_it_works_the_page_shows_how_far_and_comes_back_without_javascript(client, official, row):
    run = bringing.upload(by=official, name="a.csv", content=as_csv(row(1), row(2)))
    ImportRun.objects.update(done=1)
    client.force_login(official)
    page = client.get(run.get_absolute_url()).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'value="1" max="2"' in page
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "import"})
    assert 'hx-trigger="every 1s"' in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    unloading.work_on(run.pk)
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "import"})
    assert "every 1s" not in fragment.content.decode()
    assert "Load them" in fragment.content.decode()
    assert "meta http-equiv" not in client.get(run.get_absolute_url()).content.decode()


def test_the_errors_are_a_table_to_download_in_which_nothing_is_a_formula(client, official, row):
    run = looked_through(as_csv(row(1, topics="=cmd|calc"), row(2, kind="<b>x</b>")), official)
    client.force_login(official)
    response = client.get(reverse("resources:import-errors", args=[run.uid]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert table[0] == ["Row", "Field", "Value", "What is wrong"]
    assert ["2", "topics", "'=cmd", "“=cmd” is not known here."] in table
    page = client.get(run.get_absolute_url()).content.decode()
    assert "<b>x</b>" not in page
    assert "3 errors, so nothing was changed" in page


def test_a_refused_file_is_explained_beside_the_field(client, official):
    client.force_login(official)
    page = upload_page(client, zipped(), "resources.csv")
    assert page.status_code == 200
    assert "Save it as “CSV UTF-8” first." in page.content.decode()
    page = upload_page(client, b"x" * (5 * 1024 * 1024 + 1))
    assert "larger than 5 MB" in page.content.decode()
    assert client.post(reverse("resources:import-start")).status_code == 200


def test_a_strange_file_name_is_kept_as_a_name(client, official, row):
    client.force_login(official)
    upload_page(client, as_csv(row(1)), "../../<script>alert(1)</script>" + "x" * 190 + ".csv")
    run = ImportRun.objects.get()
    assert len(run.name) <= 200
    assert "<script>alert" not in client.get(run.get_absolute_url()).content.decode()


# --- The terminal -----------------------------------------------------------------------------------


def test_the_terminal_brings_in_what_the_page_does(official, row, tmp_path, capsys):
    file = tmp_path / "resources.csv"
    file.write_bytes(as_csv(row(1), row(2)))
    call_command("import_resources", file, by=official.email, dry_run=True)
    assert "2 created, 0 changed, 0 unchanged (dry run" in capsys.readouterr().out
    assert not Resource.objects.exists()
    call_command("import_resources", file, by=official.email.upper(), submit=True)
    assert capsys.readouterr().out == "2 created, 0 changed, 0 unchanged\n"
    assert set(Resource.objects.values_list("status", flat=True)) == {"in_review"}
    call_command("import_resources", file, by=official.email)
    assert capsys.readouterr().out == "0 created, 0 changed, 2 unchanged\n"


def test_the_terminal_names_every_bad_row_and_loads_nothing(official, sme, row, tmp_path):
    file = tmp_path / "resources.csv"
    file.write_bytes(as_csv(row(1), row(2, topics="custms"), row(3, kind="poem")))
    with pytest.raises(CommandError) as failure:
        call_command("import_resources", file, by=official.email)
    lines = str(failure.value).split("\n")
    assert lines[0] == "3 topics: “custms” is not known here. [custms]"
    assert lines[1].startswith("4 kind: ")
    assert lines[-1] == "2 problem(s); nothing was loaded."
    assert not Resource.objects.exists()
    for wrong in ({"by": sme.email}, {"by": "nobody@example.com"}):
        with pytest.raises(CommandError, match="no official"):
            call_command("import_resources", file, **wrong)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_resources", tmp_path / "missing.csv", by=official.email)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_terminal_ends_with_status_1_on_errors(official, row, tmp_path):
    file = tmp_path / "resources.csv"
    file.write_bytes(as_csv(row(1, kind="poem")))
    name = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    done = subprocess.run(
        [sys.executable, "manage.py", "import_resources", str(file), "--by", official.email],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "2 kind:" in done.stderr
