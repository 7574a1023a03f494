"""What texts mean is kept as vectors beside them, in step with them, and search goes on where there are none."""

import numpy as np
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from portal import checks
from portal.search import embedding, meaning, searched, semantic
from portal.search.ranking import find, nearest
from resources import indexing
from resources.models import Resource, ResourceMeaning
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def entry():
    return searched.of(Resource)


def embed(*resources):
    return embedding.embed(entry(), [resource.pk for resource in resources])


@pytest.fixture
def without_pgvector():
    """This test's database has no pgvector; what the extension held goes with it and comes back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")
        for model in (model for model in apps.get_models() if issubclass(model, meaning.Meaning)):
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ADD COLUMN vector real[]")
    meaning._ready.clear()
    yield
    meaning._ready.clear()


def test_a_sentence_lies_nearer_to_its_translation_than_to_another_sentence():
    english, spanish, other = semantic.encode(
        ["How to pay customs duties", "Cómo pagar los aranceles de aduana", "A recipe for soup"]
    )

    assert english @ spanish > english @ other + 0.2


def test_traditional_and_simplified_characters_mean_the_same():
    traditional, simplified = semantic.encode(["關稅與海關手續", "关税与海关手续"])

    assert traditional @ simplified > 0.999


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "😀😀", "!!!", "a" * 20_000, "關" * 20_000])
def test_any_text_has_a_vector_of_length_one(text):
    (vector,) = semantic.encode([text])

    assert vector.shape == (512,)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_no_texts_have_no_vectors():
    assert semantic.encode([]).shape == (0, 512)


def test_a_resource_is_encoded_in_each_language_it_is_written_in():
    resource = ResourceFactory(published=True, title_en="Customs guide", title_es="Guía de aduanas")

    embed(resource)

    assert set(resource.meanings.values_list("language", flat=True)) == {"en", "es"}


def test_only_what_changed_is_encoded_again():
    resource = ResourceFactory(published=True, title_en="Customs guide", title_es="Guía de aduanas")
    assert embed(resource) == 2
    assert embed(resource) == 0

    resource.title_es = "Guía de patentes"
    resource.save()
    indexing.refresh(resource)

    assert embed(resource) == 1


def test_a_language_that_was_withdrawn_loses_its_vector():
    resource = ResourceFactory(published=True, title_es="Guía de aduanas")
    embed(resource)

    resource.title_es = ""
    resource.save()
    indexing.refresh(resource)
    embed(resource)

    assert list(resource.meanings.values_list("language", flat=True)) == ["en"]


def test_the_sweep_finds_what_is_missing_or_of_an_older_text():
    missing = ResourceFactory(published=True)
    current = ResourceFactory(published=True)
    older = ResourceFactory(published=True)
    embed(current, older)
    older.title_en = "Another title"
    older.save()
    indexing.refresh(older)
    assert set(embedding.due(entry())) == {missing, older}

    assert embedding.sweep(entry().label, 10) == 2

    assert not embedding.due(entry()).exists()


def test_a_resource_that_is_gone_is_passed_over():
    resource = ResourceFactory(published=True)
    pk = resource.pk
    resource.delete()

    assert embedding.embed(entry(), [pk]) == 0


def test_saving_a_resource_encodes_it_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        resource = ResourceFactory(published=True)

    assert resource.meanings.count() == 1


def test_the_command_encodes_all_and_then_has_nothing_to_do(capsys):
    ResourceFactory(published=True)
    ResourceFactory(published=True)

    call_command("embed")
    call_command("embed")

    first, second = [line for line in capsys.readouterr().out.splitlines() if line.startswith("resources")]
    assert first == "resources: 2 passage(s) encoded"
    assert second == "resources: 0 passage(s) encoded"


def test_similar_resources_are_the_nearest_in_meaning_without_itself():
    customs = ResourceFactory(published=True, title_en="Customs clearance", summary_en="How goods pass the border.")
    border = ResourceFactory(published=True, title_en="Passing the border", summary_en="Clearing goods at customs.")
    visa = ResourceFactory(published=True, title_en="Work visas", summary_en="Permits for foreign staff.")
    draft = ResourceFactory(title_en="Customs clearance", summary_en="How goods pass the border.")
    embed(customs, border, visa, draft)

    assert semantic.similar(Resource.objects.published(), customs.pk) == [border.pk, visa.pk]
    assert semantic.similar(Resource.objects.published(), customs.pk, limit=1) == [border.pk]
    assert semantic.similar(Resource.objects.published(), customs.pk, limit=0) == []


def test_what_was_not_encoded_yet_has_nothing_similar():
    resource = ResourceFactory(published=True)

    assert semantic.similar(Resource.objects.all(), resource.pk) == []


def test_without_pgvector_words_find_and_nothing_else_is_claimed(without_pgvector):
    resource = ResourceFactory(published=True, title_en="Customs clearance")

    assert embed(resource) == 0
    assert not embedding.due(entry()).exists()
    assert find(Resource.objects.all(), "customs clearance").ids == (resource.pk,)
    assert nearest(Resource.objects.all(), "customs") == []
    assert semantic.similar(Resource.objects.all(), resource.pk) == []


def test_without_pgvector_a_check_says_that_ranking_by_meaning_is_off(without_pgvector):
    assert {problem.id for problem in checks.check_meaning(None, databases=["default"])} == {"portal.W002"}


def test_with_pgvector_the_check_has_nothing_to_say():
    assert checks.check_meaning(None, databases=["default"]) == []


def test_pgvector_that_comes_later_is_put_to_use_by_the_command(without_pgvector):
    resource = ResourceFactory(published=True)

    call_command("embed", verbosity=0)

    assert resource.meanings.filter(vector__isnull=False).count() == 1
    assert ResourceMeaning.objects.get().vector is not None
    assert checks.check_meaning(None, databases=["default"]) == []
