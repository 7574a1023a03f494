"""A query is understood: what its words name, and what the other languages call it."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from portal.search import thesaurus
from portal.search.models import Concept, Edition, Term
from portal.search.spelling import is_one_step
from portal.search.thesaurus import around, closest, corrected, expand
from portal.search.wording import in_capitals, is_acronym, stem
from tests.factories.thesaurus import concept

pytestmark = pytest.mark.django_db


def named(words):
    """What a query names, as ``{slug: the words that name it}``."""
    found = expand(words)
    return {match.slug: found.folded[slice(*match.span)] for match in found.matches}


# --- what is found --------------------------------------------------------------------------


def test_a_match_says_all_that_a_search_needs():
    row = concept(
        "certificate-of-origin",
        en=["certificate of origin", "C/O"],
        zh_hant=["原產地證明書", "產地證明"],
        es=["certificado de origen"],
        fr=["certificat d'origine"],
        topics=["rules-of-origin"],
        sectors=["processed-food"],
        economies=["MX"],
    )
    found = expand("My Certificado de Orígen")
    (match,) = found.matches
    assert match.concept_id == row.pk
    assert match.slug == "certificate-of-origin"
    assert found.folded[slice(*match.span)] == "certificado de origen"
    assert (match.text, match.is_exact, match.weight) == ("certificado de origen", True, 1.0)
    assert match.languages == ("es",)
    assert match.terms["en"] == ("certificate of origin", "C/O")
    assert match.terms["zh-hant"] == ("原產地證明書", "產地證明")
    assert (match.topics, match.sectors, match.economies) == (("rules-of-origin",), ("processed-food",), ("MX",))
    assert not match.is_place
    assert found.unknown == ()


def test_the_longest_wording_counts():
    concept("export", en=["export"])
    concept("export-credit-insurance", en=["export credit insurance"])
    concept("insurance", en=["insurance"])
    assert named("export credit insurance for export") == {
        "export-credit-insurance": "export credit insurance",
        "export": "export",
    }


def test_words_that_overlap_are_found_on_both_sides():
    concept("customs-duty", en=["customs duty"])
    concept("duty-free", en=["duty free"])
    assert set(named("customs duty free")) == {"customs-duty", "duty-free"}


def test_a_wording_of_several_concepts_gives_all_of_them():
    concept("iva", es=["IVA"], economies=["MX"])
    concept("vat", en=["VAT"], es=["impuesto al valor agregado", "IVA"])
    found = expand("IVA").matches
    assert [match.slug for match in found] == ["iva", "vat"]  # preferred there, one of several here
    assert {match.weight for match in found} == {1.0}


@pytest.mark.parametrize(
    ("wording", "typed"),
    [
        ("permit", "permits"),
        ("company", "Companies"),
        ("tax", "taxes"),
        ("loan", "LOANS"),
        ("aduana", "aduanas"),
        ("exportación", "exportaciones"),
        ("exportación", "exportacion"),
        ("agente aduanal", "agentes aduanales"),
        ("mercancía", "mercancías"),
        ("empresa mexicana", "empresas mexicanas"),
        ("douane", "douanes"),
        ("bureau", "bureaux"),
        ("crédit fiscal", "crédits fiscaux"),
        ("déclaration financière", "déclarations financières"),
        ("shipping", "ship"),
        ("e-invoice", "e invoice"),
        ("e-invoice", "einvoices"),
        ("ecommerce", "e-commerce"),
        ("workplace", "work place"),
        ("free trade zone", "free-trade zones"),
        ("certificat d'origine", "certificat origine"),
        ("certificado origen", "certificado de origen"),
        ("臺灣", "台湾"),
        ("關稅", "关税"),
        ("B3表", "b3 表"),
    ],
)
def test_one_wording_in_its_forms(wording, typed):
    concept("meant", en=[wording])
    assert named(typed).keys() == {"meant"}


@pytest.mark.parametrize(
    ("wording", "typed"),
    [
        ("port", "support"),
        ("port", "porto"),
        ("ship", "shipyard"),
        ("us", "use"),
        ("nom", "nombre"),
        ("sas", "sassy"),
        ("verre", "ver"),
        ("fair", "faire"),
        ("wine", "win"),
    ],
)
def test_latin_words_are_compared_whole(wording, typed):
    concept("meant", en=[wording])
    assert named(typed) == {}


@pytest.mark.parametrize(
    ("typed", "is_found"), [("the rules", False), ("du thé vert", True), ("the", True), ("thé", True)]
)
def test_a_word_that_is_an_article_without_its_accent_is_not_taken_for_one(typed, is_found):
    concept("tea", fr=["thé"])
    assert ("tea" in named(typed)) is is_found


def test_corn_is_not_taken_for_but():
    concept("corn", fr=["maïs"])
    assert named("oui mais non") == {}
    assert named("farine de maïs").keys() == {"corn"}


def test_a_wording_of_one_word_and_an_article_needs_its_article():
    concept("exw", fr=["à l'usine"])
    assert named("départ à l'usine").keys() == {"exw"}
    assert named("dans mon usine") == {}


def test_words_in_another_form_weigh_less_than_words_typed_so():
    concept("market", en=["market"])
    assert expand("market").matches[0].weight == 1.0
    assert expand("markets").matches[0].weight == 0.9
    concept("others", en=["company", "tax"], es=["licencia", "camión"], fr=["bureau"])
    for plural in ("companies", "taxes", "licencias", "camiones", "bureaux"):
        assert expand(plural).matches[0].weight == 0.9, plural
    assert expand("marketing").matches[0].weight == 0.6
    assert not expand("markets").matches[0].is_exact


def test_a_word_of_the_same_stem_gives_way_to_the_word_itself():
    concept("market", en=["market"])
    concept("marketing", en=["marketing"])
    assert named("marketing").keys() == {"marketing"}


def test_chinese_is_found_inside_a_sentence_the_longest_first():
    concept("loan", zh_hant=["貸款"])
    concept("sme", zh_hant=["中小企業"])
    concept("sme-loan", zh_hant=["中小企業貸款"])
    concept("taiwan", zh_hant=["臺灣"])
    assert named("請問台湾中小企业贷款怎麼辦") == {"taiwan": "台湾", "sme-loan": "中小企业贷款"}


def test_chinese_characters_have_one_reading():
    concept("sme", zh_hant=["中小企業"])
    concept("business", zh_hant=["業務"])
    assert named("中小企業務").keys() == {"sme"}


def test_chinese_and_latin_words_stand_side_by_side():
    concept("ev", zh_hant=["電動車", "EV"])
    concept("battery", zh_hant=["電池"])
    assert named("EV電池").keys() == {"ev", "battery"}


# --- acronyms -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acronym", "typed", "is_found"),
    [
        ("EV", "EV parts", True),
        ("EV", "ev parts", False),
        ("EV", "ev", True),
        ("EV", "evs", False),
        ("GI", "protect a GI", True),
        ("PE", "pe clases", False),
        ("TIN", "tin cans", False),
        ("TIN", "my TIN is late", True),
        ("TIN", "GETTING MY TIN CANS INSURED", False),
        ("U.S.", "US exports", True),
        ("U.S.", "contact us", False),
        ("U.S.", "u.s.", True),
        ("ESTA", "esta empresa", False),
        ("ESTA", "ESTA para viajar", True),
        ("DoC", "DoC ruling", True),
        ("DoC", "doc file", False),
        ("R&D", "r&d credit", True),
        ("R&D", "r d plan", False),
        ("D/A", "d'a terme", False),
        ("GST", "gst number", True),
        ("SME", "loans for SMEs", True),
        ("TIN", "tins of fish", False),
        ("T-MEC", "tmec reglas", True),
        ("CFIA", "CFIA的規定", True),
        ("VE", "EV VE", True),
    ],
)
def test_acronyms_are_read_with_care(acronym, typed, is_found):
    concept("meant", en=["something else", acronym])
    assert ("meant" in named(typed)) is is_found


def test_a_three_letter_acronym_in_small_letters_weighs_less():
    concept("sales-tax", en=["goods and services tax", "GST"])
    assert expand("gst number").matches[0].weight == 0.7
    assert expand("GST number").matches[0].weight == 1.0


def test_what_an_acronym_is():
    assert all(map(is_acronym, ["EV", "DoC", "IoT", "R&D", "L/C", "U.S.", "T-MEC", "USMCA"]))
    assert not any(map(is_acronym, ["Ford", "e-mail", "5G", "H1B", "B3表", "SOMETHING", "a", "Us", "IT sector"]))


def test_capitals_of_a_whole_query_say_nothing():
    assert in_capitals("HOW TO GET AN EV") == {"how", "to", "get", "an", "ev"}
    assert in_capitals("HOW TO IMPORT AN EV") == frozenset()
    assert in_capitals("how to import an EV and an IoT chip from the U.S.") == {"ev", "iot", "us"}


def test_stems_stay_apart_where_words_do():
    assert len(set(map(stem, ["string", "port", "permis", "business", "status", "tin", "red"]))) == 7


# --- places ---------------------------------------------------------------------------------


def test_places_say_which_economies_are_meant():
    canada = concept("economy-ca", en=["Canada"], economies=["CA"])
    concept("place-ontario", en=["Ontario"], economies=["CA"], broader=[canada])
    concept("economy-mx", en=["Mexico"], economies=["MX"])
    concept("rfc", en=["RFC"], economies=["MX"])
    found = expand("from Ontario to Mexico, via Canada")
    assert found.economies == ("CA", "MX")
    assert [(match.is_place, match.is_economy) for match in found.matches] == [
        (True, False),
        (True, True),
        (True, True),
    ]
    assert expand("RFC").economies == ()


def test_general_words_say_that_they_are():
    concept("word-goods", en=["goods"])
    concept("export", en=["export"])
    assert [match.is_general for match in expand("export goods").matches] == [False, True]


def test_a_concept_stands_once_by_its_best_wording():
    concept("women-owned", es=["para mujeres", "mujeres empresarias", "mujer"])
    (match,) = expand("mujer para mujeres empresarias").matches
    assert match.text == "mujeres empresarias"


# --- neighbours -----------------------------------------------------------------------------


def test_neighbours_come_with_their_words_and_weigh_less():
    trade = concept("trade", en=["trade"])
    freight = concept("freight", en=["freight"])
    export = concept("export", en=["export"], broader=[trade], related=[freight])
    concept("export-plan", en=["export plan"], broader=[export])
    (match,) = expand("export").matches
    near = {n.relation: n for n in around(match.concept_id)}
    assert {relation: n.slug for relation, n in near.items()} == {
        "narrower": "export-plan",
        "broader": "trade",
        "related": "freight",
    }
    assert near["broader"].terms["en"] == ("trade",)
    assert all(n.weight < 1 for n in near.values())
    assert [n.slug for n in around(freight.pk)] == ["export"]


def test_a_place_does_not_bring_the_places_inside_it():
    canada = concept("economy-ca", en=["Canada"])
    ontario = concept("place-ontario", en=["Ontario"], broader=[canada])
    assert around(canada.pk) == ()
    assert [n.slug for n in around(ontario.pk)] == ["economy-ca"]


def test_an_unknown_concept_has_no_neighbours():
    assert around(987654321) == ()


# --- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "   ", "\0", "!?…", "\ud800", "x" * 100_000, "’", "-" * 400, "🙂", "\u202eabc"])
def test_whatever_is_typed_is_answered(words):
    concept("export", en=["export"])
    assert expand(words).matches == ()
    assert closest(words) == ()
    assert corrected(words) is None


@options(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["EV", "ev", "de", "關", "稅", "export", "-", "'", "&", "e", "commerce", "\u0301", "İ"]))
)
def test_spans_lie_in_the_query_and_never_inside_one_another(parts):
    if not Concept.objects.exists():
        concept("ev", en=["EV", "e-commerce", "export de commerce"], zh_hant=["關稅", "關"])
    found = expand(" ".join(parts))
    spans = {match.span for match in found.matches}
    assert all(0 <= start < end <= len(found.folded) for start, end in spans)
    assert not any(a != b and a[0] <= b[0] and b[1] <= a[1] for a in spans for b in spans)


def test_unknown_words_are_named_without_articles():
    concept("export", en=["export"])
    assert expand("the export of zorbs to Nowhere").unknown == ("zorbs", "nowhere")


# --- did you mean ---------------------------------------------------------------------------


def test_the_closest_terms_to_a_misspelt_one():
    concept("certificate-of-origin", en=["certificate of origin"], fr=["certificat d'origine"])
    concept("customs", en=["customs"], es=["aduana"])
    assert closest("certifcate of orgin")[0].text == "certificate of origin"
    assert closest("cutsoms")[0].slug == "customs"
    assert closest("aduna", language="es")[0].text == "aduana"
    assert closest("aduna", language="fr") == ()
    assert len(closest("certificat of origine", limit=1)) == 1


def test_a_word_inside_a_term_is_suggested_as_it_is_written():
    concept("plan", es=["plan de exportación"])
    assert closest("exportacón")[0].text == "exportación"


def test_nothing_is_closer_than_the_term_itself():
    concept("customs", en=["customs", "customs form"])
    assert closest("Customs") == ()
    assert closest("customs form") == ()
    assert closest("cu") == ()


def test_chinese_terms_are_corrected_by_one_character():
    concept("declaration", zh_hant=["報關單"])
    assert closest("報官單")[0].text == "報關單"


def test_a_query_is_put_right_word_by_word():
    concept("certificate-of-origin", en=["certificate of origin"])
    concept("economy-mx", en=["Mexico"], es=["México"])
    assert corrected('"certifcate of orgin" for zorbs') == '"certificate of origin" for zorbs'
    assert corrected("certificate of origin") is None
    assert corrected("zzzzzz") is None


def test_one_step_is_one_letter_or_two_exchanged():
    for other in ("tarif", "tarifff", "tarift", "atriff", "tarfif"):
        assert is_one_step("tariff", other), other
    for other in ("tariff", "tari", "tarrif", "traiffs", "iffrat"):
        assert not is_one_step("tariff", other), other


# --- what the database promises -------------------------------------------------------------


def test_the_folded_key_follows_the_text():
    row = concept("tariffs", zh_hant=["關稅"])
    term = row.terms.get(language="zh-hant")
    assert term.folded == "关税"
    term.text = "Órgano  Ñ"
    term.save(update_fields=["text"])
    term.refresh_from_db()
    assert term.folded == "organo  n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "tariffs"},
        {"text": "other", "is_preferred": True},
        {"text": "other", "language": "de"},
        {"text": "\u0301"},
    ],
)
def test_the_database_refuses_terms_that_break_the_rules(wrong):
    row = concept("tariffs", en=["tariffs"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(concept=row, **{"language": "en", "order": 9} | wrong)


def test_there_is_one_edition():
    thesaurus.renew()
    thesaurus.renew()
    assert Edition.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(pk=2)


# --- freshness and speed --------------------------------------------------------------------


def test_a_search_reads_one_row_at_most(settings):
    concept("export", en=["export"])
    expand("export")
    with CaptureQueriesContext(connection) as queries:
        expand("export")
    assert len(queries) == 1
    assert "edition" in queries[0]["sql"]
    settings.THESAURUS_CHECK_SECONDS = 60
    expand("export")
    with CaptureQueriesContext(connection) as queries:
        expand("export")
        around(Concept.objects.first().pk)
    assert len(queries) == 1  # the one of this test


def test_a_change_is_seen_at_once_where_it_was_made(settings):
    settings.THESAURUS_CHECK_SECONDS = 60
    concept("export", en=["export"])
    assert named("sell abroad") == {}
    concept("abroad", en=["sell abroad"])
    assert named("sell abroad").keys() == {"abroad"}


def test_a_change_made_elsewhere_is_seen_after_the_next_look(settings):
    concept("export", en=["export"])
    settings.THESAURUS_CHECK_SECONDS = 0.2
    expand("export")
    Concept.objects.all().delete()  # another process: this one is not told
    Edition.objects.update(token="5b0c1f6e-0000-4000-8000-000000000000")
    time.sleep(0.25)
    assert named("export") == {}


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_never_get_half_an_answer():
    concept("export", en=["export", "sell abroad"])
    keeper = thesaurus._Keeper()
    start, read = threading.Barrier(8), []

    def ask():
        start.wait()
        try:
            read.append(keeper.current())
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 8
    assert len(set(map(id, read))) == 1  # one of them read it, the others waited
    assert [meaning.slug for meaning in read[0].meanings.values()] == ["export"]


@pytest.mark.django_db(transaction=True)
def test_while_one_thread_reads_the_others_go_on_with_what_they_know():
    concept("export", en=["export"])
    known = thesaurus.current()
    concept("import", en=["import"])
    with thesaurus._keeper._reading:  # as if another thread were reading
        assert thesaurus.current() is known
    assert len(thesaurus.current().meanings) == 2
