"""Names that look like those on a screening list. Every listed party here is invented."""

import threading
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partners import folding, screening, screening_lists
from partners.desk import waiting_for
from partners.folding import forms, has_reader
from partners.models import DeniedName, DeniedParty, OwnName, ScreeningFlag, ScreeningList
from portal.accounts import facts, membership
from portal.activity.log import timeline
from portal.reference.loading import BrokenData
from tests.factories.accounts import OrganizationFactory
from tests.factories.screening import DeniedPartyFactory, ScreeningFlagFactory

pytestmark = pytest.mark.django_db

reads_chinese = pytest.mark.skipif(not has_reader(), reason="pypinyin is not installed")


def screen():
    screening.note_missing()
    while screening.screen_due():
        pass


def flagged():
    return sorted(ScreeningFlag.objects.values_list("own_name", "listed_name"))


def folded(name):
    return {form.folded for form in forms(name)}


# --- Folding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Comercializadora Río Qarzún, S.A. de C.V.", "COMERCIALIZADORA RIO QARZUN"),
        ("Société Générale d’Équipements, S.A.R.L.", "Societe Generale d'Equipements"),
        ("Les Entreprises Qarzun ltée", "Les Entreprises Qarzun Inc."),
        ("The Qarzun & Sons Trading Co., Ltd.", "Qarzun and Sons Trading Company Limited"),
        ("Qarzun Maritime (Holdings) PTE. LTD.", "Qarzun-Maritime"),
        ("卡爾尊海運股份有限公司", "卡尔尊海运有限公司"),
        ("卡爾尊海運集團", "卡尔尊海运"),
        ("ＱＡＲＺＵＮ", "qarzun"),
        ("Карзун ООО", "КАРЗУН ООО"),
    ],
)
def test_spelling_script_variants_and_legal_forms_do_not_matter(one, other):
    assert folded(one) & folded(other)


@pytest.mark.parametrize(("one", "other"), [("Карзун", "Корзун"), ("卡爾尊海運", "卡爾尊航運"), ("Qarzun", "Qarzan")])
def test_another_name_is_another_form(one, other):
    assert not folded(one) & folded(other)


def test_a_name_of_nothing_but_a_legal_form_is_still_a_name():
    assert forms("Co., Ltd.")
    assert forms("有限公司")


@reads_chinese
@pytest.mark.parametrize(
    "latin", ["Kaerzun Haiyun", "KA ER ZUN HAI YUN GUFEN YOUXIAN GONGSI", "Kaerzun Haiyun Jituan", "Ka'erzun Haiyun"]
)
def test_a_chinese_name_meets_its_pinyin(latin):
    assert folded("卡爾尊海運股份有限公司") & folded(latin)


@reads_chinese
def test_readings_go_by_the_word():
    assert "chongqingchangan" in folded("重慶長安有限公司")


def test_folding_never_raises_and_fits_its_column():
    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(st.text())
    @example("\0")
    @example("\ud800")
    @example("有限公司" * 200)
    @example("a" * 5000)
    def check(name):
        for form in forms(name):
            for text in form:
                assert text.isascii()
                assert text.isalnum()
                assert 0 < len(text) <= folding.LONGEST

    check()


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Qarzun International Trading Co., Ltd.", "qarzun"),
        ("Comercializadora Internacional Qarzun, S.A.", "qarzun"),
        ("General Trading LLC", "generaltrading"),
    ],
)
def test_the_core_of_a_name_is_without_the_words_of_many_firms(name, core):
    assert [form.core for form in forms(name)] == [core]


def test_a_form_that_two_names_share_is_there_once():
    assert [form.folded for form in forms("Blue Trading", "BlueTrading Inc.")] == ["bluetrading"]


# --- Comparing ----------------------------------------------------------------------------------


def test_a_name_close_to_an_entry_is_flagged_for_a_person():
    organization = OrganizationFactory(name="Qarzum Maritime, Inc.")
    OrganizationFactory(name="Maritime Bakery")
    party = DeniedPartyFactory()
    screen()
    flag = ScreeningFlag.objects.get()
    assert (flag.organization, flag.entry_id, flag.status) == (organization, party.entry_id, "open")
    assert screening.CLOSE <= flag.similarity < 1
    organization.refresh_from_db()
    assert organization.status == "unverified"


def test_names_that_share_only_what_many_firms_are_called_are_not_flagged():
    OrganizationFactory(name="Delta International Electronics Technologies")
    DeniedPartyFactory(name="Bumo International Electronics Technologies")
    screen()
    assert flagged() == []


def test_other_names_of_the_entry_count_and_the_closest_is_kept():
    OrganizationFactory(name="Blue Harbour Freight")
    DeniedPartyFactory(alt_names=["Blue Harbor Freight", "Blue Harbour Freight LLC"])
    screen()
    assert ScreeningFlag.objects.get().similarity == 1


def test_names_in_each_language_are_compared():
    OrganizationFactory(name="Harbour Nine", name_zh_hant="卡爾尊海運股份有限公司")
    DeniedPartyFactory(name="Something Else", alt_names=["卡尔尊海运有限公司"])
    screen()
    assert flagged() == [("卡爾尊海運股份有限公司", "Something Else")]


@reads_chinese
def test_a_chinese_name_is_compared_with_an_entry_in_latin_letters():
    OrganizationFactory(name="Harbour Nine", name_zh_hant="卡爾尊海運股份有限公司")
    DeniedPartyFactory(name="KAERZUN HAIYUN YOUXIAN GONGSI")
    screen()
    assert flagged() == [("卡爾尊海運股份有限公司", "KAERZUN HAIYUN YOUXIAN GONGSI")]


def test_comparing_again_flags_nothing_twice():
    OrganizationFactory(name="Qarzun Maritime")
    DeniedPartyFactory()
    screen()
    screening.compare_anew()
    screen()
    assert ScreeningFlag.objects.count() == 1


def test_a_decision_stays_until_the_entry_has_another_name(administrator):
    OrganizationFactory(name="Qarzun Maritime")
    party = DeniedPartyFactory()
    screen()
    flag = screening.clear(ScreeningFlag.objects.get(), note="Another economy.", by=administrator)
    screening.compare_anew()
    screen()
    flag.refresh_from_db()
    assert (flag.status, flag.decided_by) == ("cleared", administrator)

    DeniedParty.objects.filter(pk=party.pk).update(name="Qarzun Maritime International")
    screening.compare_anew()
    screen()
    flag.refresh_from_db()
    assert (flag.status, flag.decided_by, flag.note) == ("open", None, "Another economy.")
    assert flag.listed_name == "Qarzun Maritime International"


def test_creating_an_organization_compares_its_name(django_capture_on_commit_callbacks, outsider, us):
    DeniedPartyFactory()
    with django_capture_on_commit_callbacks(execute=True):
        membership.create_organization(kind="sme", name="Qarzun Maritime", economy=us, by=outsider)
    assert flagged() == [("Qarzun Maritime", "Qarzun Maritime Holdings")]


def test_renaming_compares_the_new_name_and_forgets_the_old(django_capture_on_commit_callbacks, sme):
    organization = sme.active_memberships[0].organization
    DeniedPartyFactory()
    screen()
    assert flagged() == []
    with django_capture_on_commit_callbacks(execute=True):
        facts.update_organization(organization=organization, by=sme, name="Qarzun Maritime")
    assert flagged() == [("Qarzun Maritime", "Qarzun Maritime Holdings")]
    assert list(OwnName.objects.filter(organization=organization).values_list("name", flat=True)) == ["Qarzun Maritime"]


def test_editing_other_facts_compares_nothing(django_capture_on_commit_callbacks, sme):
    organization = sme.active_memberships[0].organization
    with django_capture_on_commit_callbacks(execute=True):
        facts.update_organization(organization=organization, by=sme, website="https://firm.example")
    assert not OwnName.objects.exists()


def test_a_name_that_a_file_changed_is_found_by_the_daily_look():
    organization = OrganizationFactory(name="Harbour Nine")
    DeniedPartyFactory()
    screen()
    type(organization).objects.filter(pk=organization.pk).update(name_en="Qarzun Maritime")
    assert screening.note_all() == 1
    screen()
    assert flagged() == [("Qarzun Maritime", "Qarzun Maritime Holdings")]


@pytest.mark.parametrize("count", [1, 3])
def test_comparing_costs_the_same_statements_for_one_name_and_for_three(count, django_assert_num_queries):
    OrganizationFactory.create_batch(count, name="Qarzun Maritime")
    DeniedPartyFactory()
    screening.note_missing()
    with django_assert_num_queries(7):  # a savepoint, the lock, the names, threshold, flags, and what was compared
        assert screening.screen_due() == count


@pytest.mark.django_db(transaction=True)
def test_a_list_that_comes_while_names_are_compared_misses_none():
    OrganizationFactory(name="Qarzun Maritime")
    screening.note_missing()

    def compare():
        screening.screen_due()
        connection.close()

    with transaction.atomic():
        screening.hold_lists(shared=False)
        DeniedPartyFactory()
        screening.compare_anew()
        other = threading.Thread(target=compare)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
    other.join(timeout=20)
    assert flagged() == [("Qarzun Maritime", "Qarzun Maritime Holdings")]


# --- Deciding -----------------------------------------------------------------------------------


def test_a_decision_is_noted_and_can_be_looked_at_again(administrator):
    flag = screening.confirm(ScreeningFlagFactory(), note="Same register number.", by=administrator)
    assert (flag.status, flag.note, flag.decided_by) == ("confirmed", "Same register number.", administrator)
    flag = screening.reopen(flag, by=administrator)
    assert (flag.status, flag.decided_by, flag.decided_at) == ("open", None, None)
    assert [activity.verb for activity in timeline(flag)] == ["reopened", "confirmed"]


def test_of_two_decisions_the_second_is_refused(administrator):
    flag = ScreeningFlagFactory()
    screening.clear(flag, note="Another firm.", by=administrator)
    with pytest.raises(ValidationError) as refusal:
        screening.confirm(flag, note="The same.", by=administrator)
    assert refusal.value.code == "illegal_move"


def test_an_administrator_compares_side_by_side_and_decides(client, administrator):
    party = DeniedPartyFactory(alt_names=["Karzun Lines"], countries=["IR"], source_url="https://list.example/")
    flag = ScreeningFlagFactory(entry_id=party.entry_id)
    client.force_login(administrator)
    page = client.get(flag.get_absolute_url())
    for shown in ("Qarzun Maritime", "Qarzun Maritime Holdings", "Karzun Lines", "IR", "https://list.example/"):
        assert shown in page.text
    assert "note" in client.post(flag.get_absolute_url(), {"decision": "cleared"}).context["form"].errors
    client.post(flag.get_absolute_url(), {"decision": "cleared", "note": "Another economy."})
    flag.refresh_from_db()
    assert (flag.status, flag.note) == ("cleared", "Another economy.")
    assert flag.own_name in client.get(reverse("partners:screening-list"), {"state": "decided"}).text
    client.post(reverse("partners:screening-reopen", args=[flag.pk]))
    flag.refresh_from_db()
    assert flag.status == "open"


def test_a_flag_whose_entry_is_gone_says_so(client, administrator):
    client.force_login(administrator)
    assert "No longer on the list" in client.get(ScreeningFlagFactory().get_absolute_url()).text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, administrator, count):
    ScreeningFlagFactory.create_batch(count)
    client.force_login(administrator)
    client.get(reverse("partners:screening-list"))
    page = client.get(reverse("partners:screening-list"))
    assert [flag.own_name for flag in page.context["page"]] == ["Qarzun Maritime"] * count


def test_its_own_people_and_everybody_else_see_nothing_of_it(client, sme, official, chamber):
    organization = sme.active_memberships[0].organization
    flag = ScreeningFlagFactory(organization=organization, own_name="Zzyzx-own", listed_name="Zzyzx-listed")
    for user in (sme, official, chamber):
        assert not ScreeningFlag.objects.visible_to(user).exists()
        assert waiting_for(user) == []
        client.force_login(user)
        assert client.get(flag.get_absolute_url()).status_code == 403
        assert client.get(reverse("partners:screening-list")).status_code == 403
        for page in (organization.get_absolute_url(), reverse("desk")):
            assert "Zzyzx" not in client.get(page).text


def test_the_desk_of_an_administrator_has_one_task(administrator):
    ScreeningFlagFactory.create_batch(2)
    (task,) = waiting_for(administrator)
    assert task.title == "Compare 2 names with screening lists"
    assert task.url == reverse("partners:screening-list")


# --- Bringing a list in -------------------------------------------------------------------------

HEADER = "_id,source,entity_number,type,programs,name,title,addresses,alt_names,nationalities,source_list_url"


def written(tmp_path, *rows, header=HEADER):
    path = tmp_path / "list.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


ENTRY = 'a1,List (XYZ),7,Entity,PRG1; PRG2,Qarzun Maritime Holdings,,"1 Quay, Bandar, IR; 2 Quay, Port, AE",Karzun; 卡尔尊,,https://list.example/'


def test_a_list_is_read_in_the_columns_of_the_consolidated_one(tmp_path, administrator):
    row, is_new = screening_lists.bring(written(tmp_path, ENTRY), name="CSL", by=administrator)
    assert (is_new, row.entries, row.imported_by) == (True, 1, administrator)
    party = row.parties.get()
    assert (party.entry_id, party.name, party.kind) == ("a1", "Qarzun Maritime Holdings", "Entity")
    assert party.alt_names == ["Karzun", "卡尔尊"]
    assert party.countries == ["AE", "IR"]
    assert party.programmes == ["PRG1", "PRG2"]
    assert party.source_url == "https://list.example/"


def test_names_are_compared_after_the_commit(tmp_path, django_capture_on_commit_callbacks):
    OrganizationFactory(name="Qarzun Maritime")
    with django_capture_on_commit_callbacks(execute=True):
        screening_lists.bring(written(tmp_path, ENTRY), name="CSL")
    assert flagged() == [("Qarzun Maritime", "Qarzun Maritime Holdings")]


def test_the_second_list_of_a_name_replaces_the_first_and_another_name_stands_beside_it(tmp_path):
    screening_lists.bring(written(tmp_path, ENTRY), name="CSL")
    screening_lists.bring(written(tmp_path, ENTRY), name="Ours")
    screening_lists.bring(written(tmp_path, ENTRY.replace("a1", "b2")), name="CSL")
    assert sorted(DeniedParty.objects.values_list("screening_list__name", "entry_id")) == [
        ("CSL", "b2"),
        ("Ours", "a1"),
    ]


def test_the_same_file_again_changes_nothing(tmp_path):
    first, _new = screening_lists.bring(written(tmp_path, ENTRY), name="CSL")
    again, is_new = screening_lists.bring(written(tmp_path, ENTRY), name="CSL")
    assert (again, is_new) == (first, False)


def test_ships_are_kept_and_not_compared(tmp_path):
    screening_lists.bring(written(tmp_path, "v1,List,,Vessel,,Fortune,,,,,"), name="CSL")
    assert DeniedParty.objects.count() == 1
    assert not DeniedName.objects.exists()


def test_an_address_that_is_no_web_page_is_left_out(tmp_path):
    row, _new = screening_lists.bring(written(tmp_path, "a1,List,,Entity,,Qarzun,,,,,javascript:alert(1)"), name="CSL")
    assert row.parties.get().source_url == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ENTRY, ENTRY], "entry 2: _id a1 is there twice"),
        ([",List,,Entity,,Qarzun,,,,,"], "entry 1: _id is missing"),
        (["a1,List,,Entity,, ,,,,,"], "entry 1: name is missing"),
        ([ENTRY, "a2,List,,Entity,,Qarzun,,,,,,extra"], "entry 2: it has more fields"),
        ([], "it has no entries"),
        (['a1,List,,Entity,,"Qarzun'], "cannot be read as CSV"),
    ],
)
def test_a_broken_row_brings_nothing_in_and_is_named(tmp_path, rows, said):
    earlier, _new = screening_lists.bring(written(tmp_path, ENTRY), name="CSL")
    with pytest.raises(BrokenData, match=said):
        screening_lists.bring(written(tmp_path, *rows), name="CSL")
    assert ScreeningList.objects.get() == earlier
    assert DeniedParty.objects.count() == 1


def test_a_file_without_the_columns_says_which_are_missing(tmp_path):
    with pytest.raises(BrokenData, match="the column _id is missing"):
        screening_lists.bring(written(tmp_path, "x", header="name"), name="CSL")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(HEADER.encode() + b"\na1,List,,Entity,,Qarz\xfan,,,,,\n")
    with pytest.raises(BrokenData, match="UTF-8"):
        screening_lists.bring(path, name="CSL")


def test_the_command_says_what_it_did(tmp_path):
    said = StringIO()
    call_command("import_screening_list", written(tmp_path, ENTRY), name="CSL", stdout=said)
    assert "1 entries are the list “CSL” now" in said.getvalue()
    said = StringIO()
    call_command("import_screening_list", written(tmp_path, ENTRY), name="CSL", stdout=said)
    assert "Nothing to do" in said.getvalue()


@pytest.mark.parametrize("broken", ["missing file", "broken row"])
def test_the_command_fails_with_every_problem(tmp_path, broken):
    path = tmp_path / "none.csv" if broken == "missing file" else written(tmp_path, ENTRY, ENTRY)
    with pytest.raises(CommandError, match=r"none\.csv|twice"):
        call_command("import_screening_list", path, name="CSL", stdout=StringIO())
    assert not ScreeningList.objects.exists()
