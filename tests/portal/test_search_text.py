"""Words are found in four languages, by what they mean to a reader of that language."""

import re

import pytest
from django.db import connection, models
from django.db.models import Value
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.languages import Language
from portal.search.text import (
    COLUMNS,
    MAX_QUERY,
    MAX_TEXT,
    SearchVectors,
    fold,
    search,
    search_indexes,
    vectors,
)

pytestmark = pytest.mark.django_db

with isolate_apps("portal.search"):

    class Leaflet(SearchVectors):
        name = models.CharField(max_length=200)

        class Meta:
            app_label = "search"
            indexes = search_indexes("leaflet")


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HAN = "關稅臺中乾隆裏麵后著證明書中小企業申請補助原產地認證网络资讯数据髮發"
chinese = st.text(st.sampled_from(HAN), min_size=2, max_size=40)
mixed = st.text(st.one_of(st.sampled_from(HAN), st.characters(codec="utf-8")), max_size=60)
any_text = st.text(st.characters(codec="utf-8"), max_size=400)


@pytest.fixture(autouse=True)
def table(db):
    with connection.schema_editor() as editor:
        editor.create_model(Leaflet)


def leaflet(name="", **texts):
    """A leaflet with title texts by language: ``leaflet(en="Tariffs", zh_hant="關稅")``."""
    weighted = {code.replace("_", "-"): [("A", text)] for code, text in texts.items()}
    return Leaflet.objects.create(name=name, **vectors(weighted))


def found(words):
    return [row.name for row in search(Leaflet.objects.all(), words)]


def finds(words, **texts):
    Leaflet.objects.all().delete()
    leaflet("it", **texts)
    return found(words) == ["it"]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("exporting firm", {"en": "Firms that export for the first time"}),
        ("exportación", {"es": "Guía para exportaciones agrícolas"}),
        ("guia exportacion", {"es": "Guía para la exportación"}),
        ("declaraciones", {"es": "una declaracion"}),
        ("tecnológico", {"es": "Tecnologías limpias"}),
        ("financier", {"fr": "l'aide financière"}),
        ("étrangers", {"fr": "une entreprise etrangere"}),
        ("privé", {"fr": "sociétés privées"}),
        ("aranceles", {"es": "El arancel aplicable"}),
        ("l’exportation", {"fr": "Aide à l'exportation"}),
        ("entreprise exportatrice", {"fr": "Les entreprises exportatrices du Québec"}),
        ("quebec", {"fr": "Québec"}),
        ("QUÉBEC", {"en": "Quebec"}),
        ("CŒUR", {"fr": "le coeur du marché"}),
        ("U.S. customs", {"en": "US customs"}),
        ("T-MEC", {"es": "Reglas del T-MEC"}),
        ("25.5", {"en": "Article 25.5 of the agreement"}),
        ("5G", {"zh_hant": "智慧工廠5G網路"}),
    ],
)
def test_words_are_found_in_another_form(words, texts):
    assert finds(words, **texts)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("關稅", "美國海關公布新的關稅規定"),
        ("台中", "臺中市中小企業"),
        ("臺中", "台中市政府"),
        ("资讯安全", "資訊安全認證"),
        ("原產地證明書", "申請原產地證明書的步驟"),
        ("ＵＳＭＣＡ", "USMCA原產地規則"),
        ("稅", "加值營業稅"),
        ("稅", "稅務總覽"),
        ("關稅 原產地", "原產地規則與關稅"),
        ("USMCA關稅", "關稅與 USMCA"),
        ("原產地規則", "⼀般原產地規則"),
    ],
)
def test_chinese_is_found_inside_a_sentence(words, text):
    assert finds(words, zh_hant=text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("關稅", "海關與稅務"),
        ("稅關", "關稅"),
        ("中國", "台中，國際貿易"),
        ("關稅法", "關稅與法規"),
        ("台北", "臺中市"),
    ],
)
def test_chinese_characters_that_only_stand_near_each_other_are_not_a_word(words, text):
    assert not finds(words, zh_hant=text)


def test_a_query_may_mix_languages():
    leaflet("both", en="Tariffs under USMCA", zh_hant="美墨加協定下的關稅")
    leaflet("english only", en="Tariffs under USMCA")
    leaflet("chinese only", zh_hant="關稅")
    assert found("USMCA 關稅") == ["both"]


def test_han_characters_in_an_english_text_are_found():
    assert finds("統一發票", en="The uniform invoice (統一發票) in Taiwan")


def test_a_stop_word_of_one_language_does_not_hide_the_text():
    assert finds("how to fill the declaration", en="How to fill in the customs declaration")


def test_a_word_that_is_a_stop_word_elsewhere_still_counts():
    leaflet("rail", en="Rail freight")
    leaflet("sea", en="Sea freight")
    assert found("sea freight") == ["sea"]


def test_every_word_must_be_found():
    leaflet("both", en="Customs duty for coffee")
    leaflet("one", en="Customs duty for tea")
    assert found("duty coffee") == ["both"]


def test_quotes_ask_for_words_side_by_side():
    leaflet("phrase", en="Rules of origin for textiles")
    leaflet("apart", en="Textiles: the origin of the rules")
    assert found('"rules of origin"') == ["phrase"]
    assert found("“rules of origin”") == ["phrase"]
    assert sorted(found("rules of origin")) == ["apart", "phrase"]
    assert found('"rules of origin') == ["phrase"]


def test_a_minus_excludes_a_word_in_any_language():
    leaflet("coffee", en="Coffee customs", zh_hant="咖啡關稅")
    leaflet("tea", en="Tea customs")
    assert found("customs -coffee") == ["tea"]
    assert found("customs -咖啡") == ["tea"]
    assert found("-coffee") == ["tea"]
    assert found('customs -"coffee customs"') == ["tea"]


def test_a_hyphen_inside_a_word_excludes_nothing():
    assert finds("e-commerce", en="Rules for e-commerce")


def test_or_is_a_word_like_any_other():
    leaflet("gold", fr="L'or et l'argent")
    leaflet("tea", fr="Le thé")
    assert found("or") == ["gold"]


@pytest.mark.parametrize("words", ["", "   ", "...", "。、「」", "-", '""', "' : & | ! ( ) <-> *", "\0"])
def test_punctuation_filters_nothing(words):
    leaflet("a", en="Anything")
    leaflet("b", zh_hant="任何")
    rows = search(Leaflet.objects.all(), words)
    assert [(row.name, row.rank) for row in rows] == [("a", 0.0), ("b", 0.0)]


def test_words_that_nobody_wrote_find_nothing():
    leaflet("a", en="Anything")
    assert found("zebra") == []
    assert found("the") == []


def test_a_title_outranks_a_body():
    Leaflet.objects.create(name="body", **vectors({"en": [("A", "Guide"), ("D", "about customs")]}))
    Leaflet.objects.create(name="title", **vectors({"en": [("A", "Customs"), ("D", "a guide to it")]}))
    assert found("customs") == ["title", "body"]


def test_equal_ranks_keep_the_order_of_entry():
    for name in "abc":
        leaflet(name, en="Customs")
    assert found("customs") == ["a", "b", "c"]


def test_a_search_keeps_what_the_list_already_filters():
    leaflet("mine", en="Customs")
    leaflet("other", en="Customs")
    assert [row.name for row in search(Leaflet.objects.filter(name="mine"), "customs")] == ["mine"]


def test_an_update_clears_the_languages_that_are_gone():
    row = leaflet("it", en="Customs", fr="Douanes")
    Leaflet.objects.filter(pk=row.pk).update(**vectors({"en": [("A", "Customs")]}))
    assert found("douanes") == []
    assert found("customs") == ["it"]


def test_a_saved_object_takes_the_columns_too():
    row = leaflet("it", en="Customs")
    for column, value in vectors({"es": [("A", "Aduanas")]}).items():
        setattr(row, column, value)
    row.full_clean()
    row.save(update_fields=list(COLUMNS.values()))
    assert found("aduana") == ["it"]
    assert found("customs") == []


def test_an_unknown_language_or_weight_is_refused():
    with pytest.raises(ValueError, match="'de'"):
        vectors({"de": [("A", "Zoll")]})
    with pytest.raises(ValueError, match="weight"):
        vectors({"en": [("E", "Customs")]})


def test_a_search_uses_the_indexes():
    Leaflet.objects.bulk_create(Leaflet(name=str(n), **vectors({"en": [("A", f"leaflet {n}")]})) for n in range(300))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = search(Leaflet.objects.all(), "leaflet 關稅").explain()
    assert all(f"leaflet_{column}" in plan for column in COLUMNS.values())


def test_a_very_long_text_is_indexed_from_its_beginning():
    long = "關稅 " + "x" * 5000 + " " + "原產地" * MAX_TEXT + " the end" * MAX_TEXT
    leaflet("it", en=long, zh_hant=long)
    assert found("關稅") == ["it"]
    assert found("原產地") == ["it"]


def test_a_text_of_different_words_fills_no_vector():
    leaflet("it", en=" ".join(f"w{n}" for n in range(40_000)), zh_hant="".join(map(chr, range(0x4E00, 0x9FA5))))
    assert found("w7") == ["it"]
    assert found(chr(0x4E00) + chr(0x4E01)) == ["it"]


def test_a_nul_byte_and_half_a_surrogate_are_blanks():
    leaflet("it", en="cus\0toms", zh_hant="關\0稅 \ud800台中")
    assert found("cus") == ["it"]
    assert found("\0cus \ud800") == ["it"]
    assert found("台中") == ["it"]
    assert found("關稅") == []


@many
@given(words=st.one_of(any_text, st.text("'\"\\-:*&|!()<> a關稅\0")))
def test_no_query_raises(words):
    list(search(Leaflet.objects.all(), words))


@many
@given(text=any_text)
def test_every_text_can_be_indexed(text):
    Leaflet.objects.create(name="it", **vectors({code: [("A", text), ("B", text)] for code in COLUMNS}))


@many
@given(data=st.data())
def test_a_text_finds_itself_by_any_stretch_of_its_characters(data):
    text = data.draw(st.builds("".join, st.tuples(mixed, chinese, mixed)))
    stretch = data.draw(st.sampled_from(re.findall(f"[{HAN}]{{2,}}", text)))
    start = data.draw(st.integers(0, len(stretch) - 2))
    end = data.draw(st.integers(start + 2, len(stretch)))
    assert finds(stretch[start:end], zh_hant=text)


@many
@given(text=any_text)
def test_folding_reads_each_character_by_itself(text):
    assert "\0" not in fold(text)
    assert fold(text + "關") == fold(text) + "关"


def test_the_limit_of_a_query_is_counted_in_characters():
    leaflet("it", zh_hant="關稅" * MAX_QUERY)
    assert found("關稅" * MAX_QUERY) == ["it"]


def test_rank_of_no_words_can_be_filtered_like_any_other():
    leaflet("it", en="Customs")
    assert search(Leaflet.objects.all(), "").filter(rank=Value(0.0)).count() == 1


def test_every_language_of_the_portal_has_its_column():
    assert set(COLUMNS) == set(Language.values)
