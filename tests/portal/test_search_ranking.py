"""A search finds by words, by what they are called elsewhere and by meaning, and puts the best first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.reference.models import Topic
from portal.search import correcting, embedding, guessing, ranking, searched, thesaurus
from portal.search.models import Concept, Term
from portal.search.ranking import find, nearest
from portal.search.text import vectors
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, topic
from tests.factories.resources import ResourceFactory
from tests.sharing import kept

pytestmark = pytest.mark.django_db


def guide(title, summary="", body="", **values):
    return ResourceFactory(published=True, title_en=title, summary_en=summary or title, body_en=body, **values)


def concept(slug, topics=(), economies=(), **names):
    row = Concept.objects.create(slug=slug)
    row.topics.set(topics)
    row.economies.set(economies)
    for language, texts in names.items():
        for order, text in enumerate(texts):
            code = language.replace("_", "-")
            Term.objects.create(concept=row, language=code, text=text, order=order, is_preferred=not order)
    thesaurus.renew()
    return row


def found(words, **options):
    return list(find(Resource.objects.published(), words, **options).ids)


def encode_all():
    embedding.embed(searched.of(Resource), list(Resource.objects.values_list("pk", flat=True)))


WORDS = {"words"}


def test_a_title_counts_more_than_a_text():
    in_text = guide("Other", body="About tariffs.")
    in_title = guide("Tariffs")

    assert found("tariffs", ways=WORDS) == [in_title.pk, in_text.pk]


def test_all_that_was_asked_for_beats_one_word_of_it_often():
    one = guide("Loan, loans and more loans", "A loan is a loan.", "Loans.")
    all_of_it = guide("Help for firms", body="A loan for those who export machinery.")

    assert found("loan to export machinery", ways=WORDS)[0] == all_of_it.pk
    assert one.pk in found("loan", ways=WORDS)


def test_question_words_say_nothing():
    tariffs = guide("Tariffs")
    guide("How do I get what I want")

    assert found("how do I get the tariffs", ways=WORDS) == [tariffs.pk]
    assert found("comment faire pour les tariffs", ways=WORDS) == [tariffs.pk]


def test_a_word_of_the_thesaurus_crosses_languages():
    concept("customs-broker", en=["customs broker"], es=["agente aduanal"], zh_hant=["報關行"])
    broker = guide("Finding a customs broker")
    guide("Patents")

    assert found("agente aduanal", ways={"thesaurus"}) == [broker.pk]
    assert found("报关行", ways={"thesaurus"}) == [broker.pk]
    assert found("agente aduanal", ways=WORDS) == []


def test_meaning_crosses_languages_without_any_word_in_common():
    duties = guide("Paying import duties", "How much a firm pays at customs for goods that it brings in.")
    visas = guide("Visas for staff", "Permits for workers who come from abroad.")
    encode_all()

    assert found("impuestos que se pagan en la aduana al importar")[0] == duties.pk
    assert found("外國員工簽證")[0] == visas.pk


def test_a_place_that_is_named_is_preferred(us, mx):
    concept("economy-mx", economies=[mx], en=["Mexico"], es=["México"], fr=["Mexique"])
    american = guide("Trademark registration", code="US")
    mexican = guide("Trademark registration", code="MX", economies=[mx])

    assert found("trademark registration mexique")[0] == mexican.pk
    assert found("trademark registration")[0] == american.pk


def test_who_publishes_it_is_known_by_any_of_its_names(us):
    body = OrganizationFactory(agency=True, code="US", name="Census Bureau")
    concept(body.slug, en=["Census Bureau"], es=["Oficina del Censo"])
    theirs = guide("Figures of trade", publisher=body)
    guide("Other figures of trade")

    assert found("Oficina del Censo figures", ways={"words", "thesaurus"})[0] == theirs.pk


def test_the_topic_of_concepts_that_lie_near_is_guessed():
    finance = topic("sme-financing", "Financing")
    concept("loan-guarantee", topics=[finance], en=["loan guarantee", "collateral for a bank loan"])
    about_money = guide("Programme number one", topics=[finance])
    about_other = guide("Programme number two", topics=[topic()])
    encode_all()
    assert guessing.refresh() == 1
    assert guessing.refresh() == 0

    question = ranking.asking.understand("the bank wants a security before it lends")
    rows, _rest = ranking.candidates(
        Resource.objects.published(), question, vectors=[ranking.semantic.literal(question.text)]
    )

    assert {row.id: row.guessed for row in rows} == {about_money.pk: pytest.approx(1), about_other.pk: 0}


def test_a_misspelt_word_finds_all_the_same_and_is_named():
    trademarks = guide("Trademark registration")
    correcting.refresh()

    answer = find(Resource.objects.published(), "trademrak", ways=WORDS)

    assert answer.ids == (trademarks.pk,)
    assert answer.correction == "trademark"


def test_quotes_make_a_phrase_and_a_minus_excludes():
    phrase = guide("Letter of credit")
    apart = guide("Credit by letter")

    assert found('"letter of credit"', ways=WORDS) == [phrase.pk]
    assert found("credit -letter", ways=WORDS) == []
    assert set(found("letter credit", ways=WORDS)) == {phrase.pk, apart.pk}


def test_only_quotes_make_a_phrase():
    resource = guide("Selling online", "Tax on digital commerce")

    assert found("tax/commerce GST-commerce", ways=WORDS) == [resource.pk]


def test_an_acronym_in_capitals_is_no_everyday_word():
    esta = guide("ESTA for visitors")
    guide("Visitors")

    assert found("ESTA", ways=WORDS) == [esta.pk]


def test_accents_and_character_sets_do_not_count():
    resource = ResourceFactory(published=True, title_es="Exportación", title_zh_hant="出口貿易")

    assert found("exportacion", ways=WORDS) == found("出口贸易", ways=WORDS) == [resource.pk]


def test_only_what_the_queryset_has_is_found():
    guide("Tariffs")
    draft = ResourceFactory(title_en="Tariffs")
    mexican = guide("Tariffs", code="MX")

    assert draft.pk not in found("tariffs")
    narrowed = Resource.objects.published().filter(economies="MX").distinct()
    assert find(narrowed, "tariffs").ids == (mexican.pk,)
    assert find(Resource.objects.none(), "tariffs").ids == ()


def test_what_comes_nearest_is_offered_where_nothing_is_found():
    duties = guide("Paying import duties", "How much a firm pays at customs.")
    guide("Visas for staff", "Permits for workers.")
    encode_all()

    assert nearest(Resource.objects.published(), "aranceles de aduana", limit=1) == [duties.pk]
    assert nearest(Resource.objects.published(), "aranceles", limit=0) == []


def test_words_that_nothing_has_find_nothing():
    guide("Tariffs")

    assert find(Resource.objects.published(), "pastries").ids == ()


def test_one_statement_finds_and_compares():
    guide("Tariffs")
    encode_all()
    found("tariffs")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found("tariffs")

    assert sum("WITH base" in query["sql"] for query in queries) == 1


def test_the_words_to_mark_are_those_of_every_language():
    concept("customs-broker", en=["customs broker"], es=["agente aduanal"])

    assert {"agente aduanal", "customs broker"} <= set(find(Resource.objects.all(), "agente aduanal").terms)


@pytest.fixture(scope="class")
def large(django_db_setup, django_db_blocker):
    """More rows than are all looked at: of them, only the best candidates of each way are compared."""
    with kept(django_db_blocker):
        pattern = guide("Something else entirely")
        filling = [
            Resource(
                slug=f"filling-{number}",
                kind="guide",
                publisher=pattern.publisher,
                scope="global",
                title_en="Something else",
                url=pattern.url,
                status="published",
                published_at=pattern.published_at,
                review_due_on=pattern.review_due_on,
            )
            for number in range(ranking.FEW)
        ]
        Resource.objects.bulk_create(filling)
        yield


@pytest.mark.usefixtures("large")
class TestInALargeTable:
    def test_the_best_come_first_too(self):
        in_text = guide("Other", body="A loan for exports.")
        in_title = guide("Loan for exports")
        one_word = guide("A loan")

        assert found("loan exports", ways=WORDS) == [in_title.pk, in_text.pk, one_word.pk]

    def test_part_of_what_was_asked_for_is_found_when_nothing_has_all(self):
        partly = guide("Loan for machinery")

        assert found("loan for greenhouses", ways=WORDS) == [partly.pk]

    def test_meaning_finds_too(self):
        duties = guide("Paying import duties", "How much a firm pays at customs for goods that it brings in.")
        visas = guide("Visa", "Permits for workers from abroad.")
        embedding.embed(searched.of(Resource), [duties.pk, visas.pk])

        assert found("impuestos que se pagan en la aduana al importar")[0] == duties.pk

    def test_a_narrow_filter_leaves_out_nothing(self, mx):
        mexican = guide("Paying import duties", "How much a firm pays at customs.", code="MX")
        embedding.embed(searched.of(Resource), [mexican.pk])

        assert find(Resource.objects.filter(economies="MX"), "aranceles de aduana").ids == (mexican.pk,)

    def test_what_has_everything_is_counted_to_the_end(self):
        Resource.objects.filter(slug__startswith="filling-").update(**vectors({"en": [("A", "filling")]}))

        answer = find(Resource.objects.published(), "filling", ways=WORDS)

        assert len(answer.ids) == len(set(answer.ids)) == ranking.FEW
        assert not answer.is_capped


def test_more_than_the_limit_is_said():
    for n in range(5):
        guide(f"Tariffs {n}")

    answer = find(Resource.objects.published(), "tariffs", ways=WORDS, limit=3)

    assert len(answer.ids) == 3
    assert answer.is_capped


HOSTILE = [
    "",
    " ",
    "\0",
    "!?",
    '"',
    "-",
    '-"',
    "%s %(x)s",
    "'; DROP TABLE x; --",
    "\\",
    "a:*b & | ! <-> (",
    "\ud800",
    "😀",
    "關",
    "的",
    "the",
    "a" * 10_000,
    "關稅" * 5_000,
    "tariffs " * 2_000,
    "-tariffs",
    "1.2.3 100% 50€",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_is_typed_breaks_it(words):
    guide("Tariffs")
    encode_all()

    for language in ("en", "zh-hant", "xx", ""):
        answer = find(Resource.objects.published(), words, language=language)
        assert set(answer.ids) <= set(Resource.objects.values_list("pk", flat=True))
    nearest(Resource.objects.published(), words)
    correcting.correct(words)


@pytest.mark.parametrize("ways", [WORDS, {"thesaurus"}, {"meaning"}, ranking.ALL, set()])
def test_an_empty_table_has_nothing(ways):
    assert find(Resource.objects.all(), "tariffs", ways=ways).ids == ()


def test_a_model_that_declared_nothing_is_found_by_its_words():
    entry = searched.of(Topic)

    assert entry.meaning is None
    assert economy("US").pk == "US"
