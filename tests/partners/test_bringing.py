import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from partners import bringing, exporting, sheets, stating, unloading
from partners.models import ChamberMember, CompanyProfile, FirmImport, PartnerRequest
from partners.models.requests import last_day_on_earth
from partners.unpacking import unpack
from portal.accounts.models import Organization
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import sector
from tests.partners.test_interests import race
from tests.partners.test_pages import count_queries

pytestmark = pytest.mark.django_db

MEMBERS, REQUESTS = FirmImport.Kind.MEMBERS, FirmImport.Kind.REQUESTS
FIRM = {
    "name": "Conservas Ñandú",
    "language": "es",
    "city": "Oaxaca",
    "size": "10-49",
    "sectors": "processed-food",
    "hs_codes": "2008.99|0804",
    "markets": "us|MX|UK",
    "certifications": "ISO 22000|HACCP",
    "capabilities": 'Conservas de fruta, con "azúcar" o sin,\nen frascos.',
}  # fmt: skip
REQUEST = {
    "company": "tostadas lupita",
    "type": "business_offer",
    "language": "es",
    "title": "Tostadas horneadas",
    "teaser": "Tostadas sin aceite para cadenas.",
    "description": "Veinte toneladas al mes.",
    "sectors": "processed-food",
    "target_economies": "US|MX",
    "shows_company": "no",
}


def table(*rows):
    """A CSV file as bytes; its columns are those of the first row."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def brought(chamber, by, content, kind=MEMBERS, *, keep=True):
    """What came of a file."""
    unpacked = unpack(content, kind)
    assert unpacked.problems == []
    return unloading.bring(unpacked.records, chamber=chamber, kind=kind, by=by, keep=keep)


def codes(found):
    return [(problem.row, problem.field, problem.code) for problem in found.problems]


@pytest.fixture(autouse=True)
def places(us, mx):
    sector()


class TestMemberFirms:
    def test_a_file_enters_firms_with_their_profiles(self, chamber_mx, reviewer):
        found = brought(chamber_mx, reviewer, table(FIRM))

        assert dict(found.counts) == {"created": 1}
        profile = CompanyProfile.objects.get(organization__name_es="Conservas Ñandú")
        assert profile.organization.economy_id == "MX"
        assert (profile.hs_codes, profile.markets) == (["200899", "0804"], ["US", "MX", "GB"])
        assert profile.certifications == ["ISO 22000", "HACCP"]
        assert [sector.slug for sector in profile.sectors.all()] == ["processed-food"]
        assert not profile.is_listed
        member = ChamberMember.objects.get(company=profile.organization)
        assert (member.chamber, member.status, member.is_registered_by_chamber) == (chamber_mx, "active", True)

    def test_the_same_file_again_changes_nothing(self, chamber_mx, reviewer):
        brought(chamber_mx, reviewer, table(FIRM))
        before = CompanyProfile.objects.get().changed_at

        assert dict(brought(chamber_mx, reviewer, table(FIRM)).counts) == {"unchanged": 1}
        assert CompanyProfile.objects.get().changed_at == before

    def test_what_is_taken_away_comes_back_without_a_change(self, chamber_mx, reviewer, ward, firm_mx):
        ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)
        CompanyProfile.objects.filter(organization=ward).update(
            capabilities="=SUM(A1)\r\n'quoted', with | bar ", certifications=["ISO 9001 | 2015", "+1"], city=" Oaxaca "
        )
        content = b"".join(exporting.lines(chamber_mx, MEMBERS))

        assert b"'=SUM(A1)" in content
        assert dict(brought(chamber_mx, reviewer, content).counts) == {"unchanged": 2}

    def test_nobody_on_the_portal_but_its_own_people_changes_a_firms_profile(
        self, chamber_mx, reviewer, firm_mx, owner_mx, ward
    ):
        ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)
        rows = [{"slug": firm_mx.slug, "city": "Tepic"}, {"slug": ward.slug, "city": "Tepic"}]

        assert codes(brought(chamber_mx, reviewer, table(*rows))) == [(2, "city", "own_profile")]
        assert ward.profile.city == "Portland"

        assert dict(brought(chamber_mx, reviewer, table(rows[1])).counts) == {"changed": 1}
        assert CompanyProfile.objects.get(organization=ward).city == "Tepic"

    def test_a_firm_of_another_chamber_is_out_of_reach(self, chamber_mx, reviewer, firm_us):
        found = brought(chamber_mx, reviewer, table({"slug": firm_us.slug, "city": "Tepic"}))

        assert codes(found) == [(2, "slug", "not_a_member")]

    def test_a_name_that_is_on_the_portal_needs_a_word(self, chamber_mx, reviewer):
        OrganizationFactory(code="MX", name_en="Conservas Ñandú")

        assert codes(brought(chamber_mx, reviewer, table(FIRM))) == [(2, "name", "already_here")]
        assert dict(brought(chamber_mx, reviewer, table(FIRM | {"is_another": "Yes"})).counts) == {"created": 1}

    def test_all_that_is_wrong_is_told_and_nothing_is_kept(self, chamber_mx, reviewer):
        rows = [
            FIRM,
            FIRM | {"name": "B", "sectors": "alchemy|processed-food", "hs_codes": "1", "language": "de"},
            FIRM | {"name": "C", "capabilities": "Write to c@example.com"},
            FIRM,
            FIRM | {"name": ""},
            FIRM | {"name": "D", "size": "huge"},
        ]

        found = brought(chamber_mx, reviewer, table(*rows))

        assert codes(found) == [
            (3, "language", "unknown"),
            (3, "sectors", "unknown"),
            (4, "capabilities", "said"),
            (5, "name", "twice"),
            (6, "name", "needed"),
            (7, "size", "said"),
        ]
        assert not CompanyProfile.objects.exists()

    def test_a_look_writes_nothing(self, chamber_mx, reviewer):
        assert dict(brought(chamber_mx, reviewer, table(FIRM), keep=False).counts) == {"created": 1}

        assert not CompanyProfile.objects.exists()

    def test_an_empty_cell_empties_and_a_missing_column_stays(self, chamber_mx, reviewer, ward):
        row = {"slug": ward.slug, "city": "", "hs_codes": "", "name": ""}

        brought(chamber_mx, reviewer, table(row))

        profile = CompanyProfile.objects.get(organization=ward)
        assert (profile.city, profile.hs_codes, str(profile.organization)) == ("", [], "Tostadas Lupita")
        assert profile.capabilities != ""


class TestRequests:
    def test_a_file_writes_drafts_for_member_firms(self, chamber_mx, reviewer, ward):
        found = brought(chamber_mx, reviewer, table(REQUEST), REQUESTS)

        assert dict(found.counts) == {"created": 1}
        request = PartnerRequest.objects.get()
        assert (request.company, request.chamber, request.status) == (ward, chamber_mx, "draft")
        assert (request.origin, request.posted_by) == ("chamber", reviewer)
        assert sorted(request.target_economies.values_list("pk", flat=True)) == ["MX", "US"]
        assert dict(brought(chamber_mx, reviewer, table(REQUEST), REQUESTS).counts) == {"unchanged": 1}

    def test_what_is_taken_away_comes_back_without_a_change(self, chamber_mx, reviewer, ward, firm_mx):
        PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber", title="-5 % on mango")
        PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, published=True)
        PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, expired=True, targets=[], sectors=[])
        PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, submitted=True)

        content = b"".join(exporting.lines(chamber_mx, REQUESTS))

        assert dict(brought(chamber_mx, reviewer, content, REQUESTS).counts) == {"unchanged": 4}

    def test_conditions_are_taken_away_and_come_back(self, chamber_mx, reviewer, ward):
        draft = PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber", title="Tostadas horneadas")
        asked = {
            "required": "capacity:20000 pieces/month|certification:UL / CSA|excluded:CA|size:50-249 / 250+",
            "preferred": "language:en / fr|market:US",
        }
        stated = [
            stating.Stated("capacity", "pieces/month", True, Decimal(20000)),
            stating.Stated("certification", "UL | CSA", True),
            stating.Stated("excluded", "CA", True),
            stating.Stated("size", "50-249 | 250+", True),
            stating.Stated("language", "en | fr", False),
            stating.Stated("market", "US", False),
        ]
        stating.state(draft, stated=stated, by=reviewer)

        content = b"".join(exporting.lines(chamber_mx, REQUESTS))
        (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        assert {name: row[name] for name in asked} == asked
        assert dict(brought(chamber_mx, reviewer, content, REQUESTS).counts) == {"unchanged": 1}

        other = REQUEST | {"title": "Otra"} | asked
        assert dict(brought(chamber_mx, reviewer, table(other), REQUESTS).counts) == {"created": 1}
        written = PartnerRequest.objects.get(title="Otra")
        facts = ("kind", "value", "amount", "is_required", "is_confirmed")
        assert set(written.conditions.values_list(*facts)) == set(draft.conditions.values_list(*facts))

    def test_a_cell_changes_the_conditions_of_its_strength_alone(self, chamber_mx, reviewer, ward):
        row = REQUEST | {"required": "certification:iso9001", "preferred": "language:EN"}
        brought(chamber_mx, reviewer, table(row), REQUESTS)
        draft = PartnerRequest.objects.get()
        before = draft.version

        assert dict(brought(chamber_mx, reviewer, table(row), REQUESTS).counts) == {"unchanged": 1}
        again = {"slug": draft.slug, "title": row["title"], "required": ""}
        assert dict(brought(chamber_mx, reviewer, table(again), REQUESTS).counts) == {"changed": 1}
        draft.refresh_from_db()
        assert [(one.kind, one.value) for one in draft.conditions.all()] == [("language", "en")]
        assert draft.version != before

    def test_what_is_no_condition_is_told(self, chamber_mx, reviewer, ward):
        wrong = (
            "ISO 9001",
            "colour:red",
            "capacity:many pieces/month",
            "capacity:5 apples/day",
            "language:xq",
            "size:7",
        )
        rows = [REQUEST | {"title": cell, "required": f"certification:UL|{cell}", "preferred": ""} for cell in wrong]
        rows.append(REQUEST | {"title": "A", "required": "", "preferred": "excluded:US"})
        rows.append(REQUEST | {"title": "B", "required": "language:en", "preferred": "language:en"})

        found = brought(chamber_mx, reviewer, table(*rows), REQUESTS)

        assert codes(found) == [
            *((number, "required", "unknown") for number in range(2, 2 + len(wrong))),
            (8, "preferred", "unknown"),
            (9, "preferred", "both"),
        ]
        assert found.problems[0].params == {"value": "ISO 9001"}
        assert not PartnerRequest.objects.exists()

    def test_only_drafts_of_the_chamber_are_changed(self, chamber_mx, reviewer, ward, published):
        draft = PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber")
        rows = [{"slug": found.slug, "title": "Another"} for found in (draft, published)]

        assert codes(brought(chamber_mx, reviewer, table(*rows), REQUESTS)) == [(3, "title", "not_a_draft")]
        assert dict(brought(chamber_mx, reviewer, table(rows[0]), REQUESTS).counts) == {"changed": 1}
        draft.refresh_from_db()
        assert draft.title == "Another"

    def test_a_request_stays_with_its_company_and_its_chamber(self, chamber_mx, reviewer, ward):
        other = ChamberMemberFactory(chamber=chamber_mx, company=OrganizationFactory(code="MX")).company
        draft = PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber")
        foreign = PartnerRequestFactory(published=True)
        rows = [{"slug": draft.slug, "company": other.slug}, {"slug": foreign.slug, "company": foreign.company.slug}]

        found = brought(chamber_mx, reviewer, table(*rows), REQUESTS)

        assert codes(found) == [(2, "company", "other_company"), (3, "slug", "no_request")]

    def test_what_cannot_be_a_request_is_told(self, chamber_mx, reviewer, ward):
        past = (last_day_on_earth() - timedelta(days=1)).isoformat()
        rows = [
            REQUEST | {"closes_on": past},
            REQUEST | {"title": "B", "closes_on": "soon", "target_economies": "XX"},
            REQUEST | {"title": "C", "company": "Nobody", "closes_on": ""},
            REQUEST | {"title": "", "closes_on": ""},
            REQUEST | {"title": "D", "teaser": "x" * 141, "closes_on": ""},
        ]

        found = brought(chamber_mx, reviewer, table(*rows), REQUESTS)

        assert codes(found) == [
            (2, "", "said"),
            (3, "target_economies", "unknown"),
            (3, "closes_on", "day"),
            (4, "company", "not_a_member"),
            (5, "title", "needed"),
            (6, "teaser", "said"),
        ]


class TestFiles:
    @pytest.fixture
    def run(self, chamber_mx, reviewer):
        return bringing.upload(chamber_mx, kind=MEMBERS, name="members.csv", content=table(FIRM), by=reviewer)

    def stored(self, run):
        return run.file.storage.exists(run.file.name) if run.file else False

    def test_looked_through_then_loaded_then_forgotten(self, run, reviewer, django_capture_on_commit_callbacks):
        name, storage = run.file.name, run.file.storage
        assert unloading.work_on(run.pk)
        run.refresh_from_db()
        assert (run.status, run.summary["created"], run.done) == ("checked", 1, 1)
        assert not CompanyProfile.objects.exists()

        bringing.begin_loading(run, by=reviewer)
        with django_capture_on_commit_callbacks(execute=True):
            assert unloading.work_on(run.pk)
        run.refresh_from_db()
        assert (run.status, CompanyProfile.objects.count()) == ("loaded", 1)
        assert not storage.exists(name)
        assert not unloading.work_on(run.pk)

    def test_a_file_with_errors_is_refused_whole(self, chamber_mx, reviewer):
        content = table(FIRM, FIRM | {"name": "B", "size": "huge"})
        run = bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=content, by=reviewer)

        unloading.work_on(run.pk)

        run.refresh_from_db()
        assert (run.status, run.summary["problems"]) == ("refused", 1)
        assert run.errors[0][:3] == [3, "size", "said"]

    def test_what_somebody_changed_since_the_look_is_not_written_over(self, chamber_mx, reviewer, ward):
        content = table({"slug": ward.slug, "city": "Tepic"})
        run = bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=content, by=reviewer)
        unloading.work_on(run.pk)
        run.refresh_from_db()
        CompanyProfile.objects.update(city="Puebla", changed_at=timezone.now())

        bringing.begin_loading(run, by=reviewer)
        unloading.work_on(run.pk)

        run.refresh_from_db()
        assert (run.status, run.errors[0][2]) == ("refused", "changed_meanwhile")
        assert CompanyProfile.objects.get(organization=ward).city == "Puebla"

    def test_given_up_it_is_gone(self, run, reviewer, django_capture_on_commit_callbacks):
        name, storage = run.file.name, run.file.storage
        with django_capture_on_commit_callbacks(execute=True):
            bringing.give_up(run, by=reviewer)

        assert not storage.exists(name)
        with pytest.raises(ValidationError):
            bringing.begin_loading(run, by=reviewer)

    def test_only_so_many_wait_and_only_the_chambers_people_bring(self, run, chamber_mx, reviewer, owner_us):
        with pytest.raises(PermissionDenied):
            bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=table(FIRM), by=owner_us)
        with pytest.raises(PermissionDenied):
            bringing.give_up(run, by=owner_us)
        for _number in range(bringing.MAX_UNFINISHED - 1):
            bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=table(FIRM), by=reviewer)
        with pytest.raises(ValidationError, match="Too many"):
            bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=table(FIRM), by=reviewer)

    def test_a_file_that_workers_die_of_ends(self, run):
        FirmImport.objects.update(summary={"attempts": unloading.ATTEMPTS})

        unloading.work_on(run.pk)

        run.refresh_from_db()
        assert (run.status, run.errors[0][2]) == ("abandoned", "attempts")

    def test_who_left_the_chamber_loads_nothing_any_more(self, run, reviewer):
        unloading.work_on(run.pk)
        run.refresh_from_db()
        bringing.begin_loading(run, by=reviewer)
        reviewer.memberships.update(status="ended")

        unloading.work_on(run.pk)

        run.refresh_from_db()
        assert (run.status, run.errors[0][2]) == ("abandoned", "rights")
        assert not CompanyProfile.objects.exists()

    def test_the_sweep_finds_what_waits_and_gives_up_what_nobody_loads(self, run, time_machine):
        assert unloading.sweep() == [run.pk]
        unloading.work_on(run.pk)
        assert unloading.sweep() == []

        time_machine.move_to(timezone.now() + timedelta(days=8))
        unloading.sweep()
        run.refresh_from_db()
        assert run.status == "abandoned"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"PK\x03\x04rest", "not_text"),
            (b"name\n", "empty"),
            (b"name,colour\nA,red\n", "columns"),
            (b"name,name\nA,B\n", "columns"),
            (b"city\nA\n", "columns"),
            (b'name\n"A\n', "csv"),
            (b"name\n\xff\xfe\xfa\n", "encoding"),
            (b"name\n" + b"A\n" * 5001, "too_many_rows"),
            (b"name\n" + b"A" * 5_300_000, "too_large"),
        ],
    )
    def test_what_is_no_table_is_said_so(self, chamber_mx, reviewer, content, code):
        with pytest.raises(ValidationError) as refusal:
            bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=content, by=reviewer)

        assert refusal.value.code == code
        assert not FirmImport.objects.exists()

    def test_semicolons_and_utf_16_are_read(self, chamber_mx, reviewer):
        content = "sep=;\r\nname;city\r\nÑandú;Tepic\r\n".encode("utf-16")

        assert [record.values for record in unpack(content, MEMBERS).records] == [{"name": "Ñandú", "city": "Tepic"}]

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.text(max_size=30), min_size=0, max_size=4), st.text(max_size=60))
    def test_whatever_a_cell_holds_comes_back_the_same(self, texts, text):
        values = {"slug": "a", "certifications": texts, "capabilities": text.replace("\0", "")}
        cells = dict(zip(sheets.columns(MEMBERS), sheets.cells(MEMBERS, values), strict=True))
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerows([cells.keys(), cells.values()])

        unpacked = unpack(lines.getvalue().encode("utf-8", "replace"), MEMBERS)

        if unpacked.records and "?" not in lines.getvalue().encode("utf-8", "replace").decode():
            assert sheets.differing(unpacked.records[0].values, values) == set()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_loads(us):
    chamber, by = OrganizationFactory(chamber=True, code="US"), UserFactory()
    join(by, chamber)
    run = bringing.upload(chamber, kind=MEMBERS, name="m.csv", content=table({"name": "Firm"}), by=by)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    bringing.begin_loading(run, by=by)

    race(*[lambda: unloading.work_on(run.pk)] * 2)

    run.refresh_from_db()
    assert (run.status, Organization.objects.filter(kind="sme").count()) == ("loaded", 1)


class TestPages:
    def test_from_the_upload_to_the_firms(self, client, chamber_mx, reviewer):
        client.force_login(reviewer)
        start = reverse("partners:firm-import-start")
        assert "is_another" in client.get(start).content.decode()
        file = io.BytesIO(table(FIRM))
        file.name = "members.csv"
        page = client.post(start, {"kind": "members", "file": file}, follow=True)
        assert "members.csv" in page.content.decode()
        (run,) = FirmImport.objects.all()
        if run.status == "checking":
            unloading.work_on(run.pk)
        assert "Your file can be loaded" in client.get(run.get_absolute_url()).content.decode()

        client.post(reverse("partners:firm-import-load", args=[run.uid]))
        unloading.work_on(run.pk)
        assert "Your file is loaded" in client.get(run.get_absolute_url()).content.decode()
        assert "Conservas Ñandú" in client.get(reverse("partners:member-list")).content.decode()

    def test_errors_are_read_on_the_page_and_in_a_table_in_the_readers_language(self, client, chamber_mx, reviewer):
        content = table(FIRM | {"sectors": "=alchemy"})
        run = bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=content, by=reviewer)
        unloading.work_on(run.pk)
        client.force_login(reviewer)

        assert "This is not known here." in client.get(run.get_absolute_url()).content.decode()
        text = client.get(reverse("partners:firm-import-errors", args=[run.uid])).content.decode("utf-8-sig")
        (_head, line) = csv.reader(io.StringIO(text))
        assert line == ["2", "sectors", "'=alchemy", "This is not known here."]

    def test_a_chambers_colleague_may_load_it_and_nobody_else_finds_it(self, client, chamber_mx, reviewer, owner_us):
        run = bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=table(FIRM), by=reviewer)
        colleague = UserFactory()
        join(colleague, chamber_mx)
        client.force_login(colleague)
        assert client.get(run.get_absolute_url()).status_code == 200

        client.force_login(owner_us)
        assert client.get(run.get_absolute_url()).status_code == 404

    def test_exports_and_empty_tables_are_read_by_the_import(self, client, chamber_mx, reviewer, ward):
        client.force_login(reviewer)
        for kind, names in ((MEMBERS, sheets.MEMBER_COLUMNS), (REQUESTS, sheets.REQUEST_COLUMNS)):
            template = client.get(reverse("partners:firm-import-template", args=[kind])).content
            assert len(unpack(template, kind).records) == 1
            taken = b"".join(client.get(reverse("partners:firm-export", args=[kind])).streaming_content)
            assert taken.decode("utf-8-sig").startswith(",".join(names))
        assert client.get(reverse("partners:firm-export", args=["secrets"])).status_code == 404

    def test_an_export_has_no_contact_and_nothing_of_other_chambers(self, client, chamber_mx, reviewer, ward, firm_us):
        contact = UserFactory(full_name="Lupita Ríos", email="lupita@tostadas.example")
        CompanyProfile.objects.filter(organization=ward).update(contact=contact)
        client.force_login(reviewer)

        taken = b"".join(client.get(reverse("partners:firm-export", args=[MEMBERS])).streaming_content).decode()

        assert "Tostadas Lupita" in taken
        assert "Cascade" not in taken
        assert "lupita@" not in taken
        assert "Ríos" not in taken

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_page_costs_the_same_for_one_file_and_for_three(self, client, chamber_mx, reviewer, count):
        for _number in range(count):
            bringing.upload(chamber_mx, kind=MEMBERS, name="m.csv", content=table(FIRM), by=reviewer)
        client.force_login(reviewer)

        response = count_queries(client, reverse("partners:firm-import-start"), 1, table="partners_firmimport")

        assert len(response.context["recent"]) == count


class TestTheTerminal:
    def test_it_looks_loads_and_says_what_is_wrong(self, chamber_mx, reviewer, tmp_path, capsys):
        file = tmp_path / "members.csv"
        file.write_bytes(table(FIRM))
        how = {"kind": "members", "chamber": chamber_mx.slug, "by": reviewer.email}

        call_command("import_firms", file, dry_run=True, **how)
        assert not CompanyProfile.objects.exists()
        call_command("import_firms", file, **how)
        assert capsys.readouterr().out.splitlines()[-1] == "1 created, 0 changed, 0 unchanged"

        file.write_bytes(table(FIRM | {"size": "huge"}))
        with pytest.raises(CommandError, match=r"2 size: (.|\n)*nothing was loaded"):
            call_command("import_firms", file, **how)
        with pytest.raises(CommandError, match="does not act"):
            call_command("import_firms", file, **how | {"by": "nobody@example.com"})

    def test_what_is_written_to_a_file_can_be_read_again(self, chamber_mx, reviewer, ward, tmp_path, capsys):
        file = tmp_path / "members.csv"
        call_command("export_firms", kind="members", chamber=chamber_mx.slug, to=file)

        call_command("import_firms", file, kind="members", chamber=chamber_mx.slug, by=reviewer.email)

        assert capsys.readouterr().out.splitlines()[-1] == "0 created, 0 changed, 1 unchanged"


def test_profiles_may_be_many_and_the_export_asks_few_questions(chamber_mx, reviewer, django_assert_max_num_queries):
    for _number in range(3):
        company = CompanyProfileFactory(code="MX", is_listed=False).organization
        ChamberMemberFactory(chamber=chamber_mx, company=company)

    with django_assert_max_num_queries(6):
        assert len(list(exporting.lines(chamber_mx, MEMBERS))) == 4
