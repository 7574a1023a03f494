"""A misspelt word is put right by the words that the texts have, and a right one is left alone."""

import pytest

from portal.search import correcting
from resources.models import Resource
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts():
    ResourceFactory(
        published=True,
        title_en="Trademark registration and quarantine of exports",
        title_es="Búsqueda de patentes y licitaciones",
        title_fr="Marchés publics mexicains",
    )
    correcting.refresh()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trademrak mexico", "trademark mexico"),
        ("Quarentine rules", "quarantine rules"),
        ("búsqeda de patentes", "búsqueda de patentes"),
        ("licitasiones", "licitaciones"),
        ('"trademrak" -visa', '"trademark" -visa'),
    ],
)
def test_a_slip_is_put_right_and_the_rest_stays_as_typed(texts, typed, meant):
    assert correcting.correct(typed) == meant


@pytest.mark.parametrize("typed", ["trademark", "trademarks", "registrations", "PATENTES", "patente", "busqueda"])
def test_what_the_texts_have_in_some_form_is_left_alone(texts, typed):
    assert correcting.correct(typed) == ""


@pytest.mark.parametrize("typed", ["", "!?", "xyzzyplugh", "\0", "\ud800", "a" * 10_000, "12345678", "the", "關"])
def test_nothing_better_is_nothing(texts, typed):
    assert correcting.correct(typed) == ""


def test_of_two_words_as_near_the_readers_language_decides():
    ResourceFactory(published=True, title_en="Harbour", title_fr="Harbeur")
    correcting.refresh()

    assert correcting.correct("harbxur", language="en") == "harbour"
    assert correcting.correct("harbxur", language="fr") == "harbeur"


def test_without_any_words_nothing_is_corrected():
    correcting.refresh()

    assert correcting.correct("trademrak") == ""


def test_refreshing_forgets_words_that_no_text_has_any_more(texts):
    Resource.objects.all().delete()
    correcting.refresh()

    assert correcting.correct("licitasiones") == ""


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("same", "same", 0), ("export", "exprot", 1), ("export", "exports", 1), ("tax", "tex", 1), ("", "abc", 3)],
)
def test_two_letters_exchanged_are_one_step(one, other, steps):
    assert correcting.distance(one, other) == correcting.distance(other, one) == steps
