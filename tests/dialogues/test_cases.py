import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from dialogues import cases
from dialogues.models import SuccessCase
from resources import publishing
from tests.factories.dialogues import DialogueFactory
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(db):
    """Between the United States and Taiwan."""
    return DialogueFactory(title_en="Pacific Dialogue")


@pytest.fixture
def story(db):
    return ResourceFactory(kind="success_case", published=True, title_en="A bakery sells abroad")


def test_a_case_and_its_dialogue_lead_to_each_other(client, dialogue, story, official):
    cases.name(dialogue, story, by=official)
    assert story.get_absolute_url() in client.get(dialogue.get_absolute_url()).text
    page = client.get(story.get_absolute_url()).text
    assert "The dialogue it came from" in page
    assert dialogue.get_absolute_url() in page


def test_naming_it_twice_is_naming_it_once(dialogue, story, official):
    assert cases.name(dialogue, story, by=official) == cases.name(dialogue, story, by=official)


def test_a_case_came_from_one_dialogue(dialogue, story, official):
    cases.name(dialogue, story, by=official)
    with pytest.raises(ValidationError) as refusal:
        cases.name(DialogueFactory(), story, by=official)
    assert refusal.value.code == "taken"


@pytest.mark.parametrize("made", [{"kind": "guide", "published": True}, {"kind": "success_case"}])
def test_only_a_published_success_case_is_named(dialogue, official, made):
    with pytest.raises(ValidationError) as refusal:
        cases.name(dialogue, ResourceFactory(**made), by=official)
    assert refusal.value.code == "kind"


def test_only_officials_of_the_parties_name_and_take_off(dialogue, story, official, official_mx, administrator, sme):
    case = cases.name(dialogue, story, by=official)
    for stranger in (official_mx, administrator, sme):
        with pytest.raises(PermissionDenied):
            cases.name(dialogue, story, by=stranger)
        with pytest.raises(PermissionDenied):
            cases.take_off(case, by=stranger)
    cases.take_off(case, by=official)
    assert not SuccessCase.objects.exists()


def test_a_withdrawn_case_is_told_of_no_more(client, dialogue, story, official, agency):
    story.publisher = agency
    story.save(update_fields=["publisher"])
    cases.name(dialogue, story, by=official)
    publishing.withdraw(story, reason="Old.", by=official)
    assert "A bakery sells abroad" not in client.get(dialogue.get_absolute_url()).text


@pytest.fixture
def agency(official):
    return official.active_memberships[0].organization


@pytest.mark.django_db(transaction=True)
def test_of_two_dialogues_that_name_a_case_at_once_one_is_told(dialogue, story, official):
    other = DialogueFactory()
    begin = threading.Barrier(2)
    answers = []

    def name(where):
        begin.wait()
        try:
            cases.name(where, story, by=official)
            answers.append("named")
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    clicks = [threading.Thread(target=name, args=[where]) for where in (dialogue, other)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(answers) == ["named", "taken"]


# --- On the page of the dialogue --------------------------------------------------------------


def test_an_official_names_and_takes_off_on_the_page(client, dialogue, story, official):
    client.force_login(official)
    assert "A bakery sells abroad" in client.get(dialogue.get_absolute_url()).text
    response = client.post(reverse("dialogues:case-name", args=[dialogue.slug]), {"resource": story.pk}, follow=True)
    assert "lead to each other now" in response.text
    case = SuccessCase.objects.get()
    client.post(reverse("dialogues:case-take-off", args=[dialogue.slug, case.pk]))
    assert not SuccessCase.objects.exists()


def test_a_visitor_sees_neither_the_form_nor_an_empty_section(client, dialogue, story):
    text = client.get(dialogue.get_absolute_url()).text
    assert "A success case that came from this dialogue" not in text
    assert 'id="cases"' not in text


def test_cases_of_economies_that_are_no_party_are_not_offered(dialogue, story, mx):
    ResourceFactory(kind="success_case", published=True, code="MX")
    everywhere = ResourceFactory(kind="success_case", published=True, code=None)
    assert set(cases.candidates(dialogue)) == {story, everywhere}


@pytest.mark.parametrize("value", ["", "abc", "999999", "\0"])
def test_an_odd_choice_is_refused_in_words(client, dialogue, official, value):
    client.force_login(official)
    response = client.post(reverse("dialogues:case-name", args=[dialogue.slug]), {"resource": value}, follow=True)
    assert response.status_code == 200
    assert not SuccessCase.objects.exists()


def test_a_case_is_reached_only_through_its_own_dialogue(client, dialogue, story, official):
    case = cases.name(dialogue, story, by=official)
    client.force_login(official)
    other = DialogueFactory()
    assert client.post(reverse("dialogues:case-take-off", args=[other.slug, case.pk])).status_code == 404
