"""The conditions of a request on its page: read, confirmed, changed, dropped."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import condition_words, conditions, requesting, stating
from partners.models import Condition, PartnerRequest
from partners.stating import Stated
from tests.factories.partners import ConditionFactory, PartnerRequestFactory

pytestmark = pytest.mark.django_db

TEXT = "We look for a maker that must hold ISO 9001. At least 50 employees. Spanish-speaking staff would be a plus."


@pytest.fixture
def draft(firm_mx, owner_mx):
    """A draft of the Mexican firm that asks for a certificate, a size and a language."""
    return PartnerRequestFactory(type="business_request", company=firm_mx, posted_by=owner_mx, description=TEXT)


def page(draft):
    return reverse("partners:request-conditions", args=[draft.slug])


def test_the_page_shows_each_suggestion_with_the_words_it_was_read_from(client, draft, owner_mx):
    client.force_login(owner_mx)
    text = client.get(page(draft)).content.decode()
    assert "We look for a maker that must hold ISO 9001." in text
    assert 'value="ISO 9001"' in text
    assert "At least 50 people" in text


def test_the_poster_confirms_changes_and_drops(client, draft, owner_mx):
    client.force_login(owner_mx)
    answer = client.post(
        page(draft),
        {
            "certification-0-keep": "on", "certification-0-value": "iso 13485 / FDA",
            "certification-0-strength": "preferred",
            "language-0-value": "es", "language-0-strength": "preferred",
            "size-0-keep": "on", "size-0-value": "50-249 | 250+", "size-0-strength": "required",
            "capacity-0-keep": "on", "capacity-0-value": "pieces/month", "capacity-0-amount": "20000",
            "capacity-0-strength": "required",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    kept = {(one.kind, one.value, one.amount, one.is_required, one.is_confirmed) for one in draft.conditions.all()}
    assert kept == {
        ("certification", "ISO 13485 | FDA", None, False, True),
        ("size", "50-249 | 250+", None, True, True),
        ("capacity", "pieces/month", Decimal("20000.00"), True, True),
    }
    draft.refresh_from_db()
    assert draft.dropped_conditions == ["certification:ISO 9001", "language:es"]
    assert stating.suggested(draft) == []


def test_a_capacity_without_an_amount_is_refused_with_what_was_typed(client, draft, owner_mx):
    client.force_login(owner_mx)
    answer = client.post(
        page(draft), {"capacity-0-keep": "on", "capacity-0-value": "kg/month", "capacity-0-amount": ""}
    )
    assert answer.status_code == 422
    assert "Say how much." in answer.content.decode()
    assert not draft.conditions.exists()


def test_an_unknown_code_is_refused(client, draft, owner_mx):
    client.force_login(owner_mx)
    answer = client.post(page(draft), {"excluded-0-keep": "on", "excluded-0-value": "XX"})
    assert answer.status_code == 422
    assert not draft.conditions.exists()


def test_reading_again_brings_back_what_was_dropped(client, draft, owner_mx):
    stating.state(draft, stated=[Stated("certification", "ISO 9001", is_required=True)], by=owner_mx)
    draft.refresh_from_db()
    assert stating.suggested(draft) == []
    client.force_login(owner_mx)
    answer = client.post(reverse("partners:conditions-again", args=[draft.slug]))
    assert answer.url == page(draft)
    draft.refresh_from_db()
    assert {one.kind for one in stating.suggested(draft)} == {"size", "language"}


def test_another_text_suggests_anew_what_it_says_new(draft, owner_mx):
    stating.state(draft, stated=[], by=owner_mx)
    fresh = requesting.revise(draft, by=owner_mx, description=f"{TEXT} The partner must hold FSC.")
    assert [one.value for one in stating.suggested(fresh)] == ["FSC"]


def test_stated_conditions_are_another_version_of_the_text(draft, owner_mx):
    before = draft.version
    assert stating.state(draft, stated=[], by=owner_mx).version != before


def test_only_a_draft_is_changed(published, owner_mx):
    with pytest.raises(ValidationError) as refusal:
        stating.state(published, stated=[], by=owner_mx)
    assert refusal.value.code == "illegal_move"
    with pytest.raises(ValidationError):
        stating.read_again(published, by=owner_mx)


def test_more_conditions_than_anybody_meets_are_refused(draft, owner_mx):
    many = [
        Stated("certification", f"ISO {number}", is_required=True) for number in range(9000, 9000 + stating.MOST + 1)
    ]
    with pytest.raises(ValidationError) as refusal:
        stating.state(draft, stated=many, by=owner_mx)
    assert refusal.value.code == "too_many"
    assert not draft.conditions.exists()


def test_strangers_do_not_find_the_page_and_readers_may_not_change(client, draft, published, owner_us):
    client.force_login(owner_us)
    assert client.get(page(draft)).status_code == 404
    assert client.get(page(published)).status_code == 403


def test_a_reader_sees_the_conditions_in_her_language(client, published):
    ConditionFactory(request=published, kind="language", value="fr | en", is_confirmed=True)
    ConditionFactory(request=published, kind="certification", value="ISO 9001", is_required=False)
    shown = client.get(published.get_absolute_url()).content.decode()
    assert "French or English" in shown
    assert "Read from the text" in shown
    spanish = client.get(f"/es{published.get_absolute_url().removeprefix('/en')}").content.decode()
    assert "francés o inglés" in spanish.lower()


def test_who_writes_sees_what_is_missing_and_readers_do_not(client, draft, owner_mx, published, owner_us):
    client.force_login(owner_mx)
    own = client.get(draft.get_absolute_url()).content.decode()
    assert "Ready to" in own
    assert "Read from your text, not confirmed yet" in own
    client.force_login(owner_us)
    assert "Ready to" not in client.get(published.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("unit", "amount", "words"),
    [
        ("pieces/month", "20000", "20,000 pieces a month"),
        ("pieces/hour", "3000", "3,000 pieces an hour"),
        ("pallets/month", "0.33", "4 pallets a year"),
        ("bundles", "3", "3 bundles"),
    ],
)
def test_a_capacity_is_told_in_words(unit, amount, words):
    assert condition_words.volume(unit, Decimal(amount)) == words


def test_every_suggestion_can_be_stored_and_said(draft, owner_mx):
    text = (
        "The partner must hold UL or CSA listing and ISO 9001. At least 50 employees. French or English is required. "
        "No European partners. 20,000 pieces a month are needed. We seek women-owned suppliers."
    )
    found = conditions.read_request("", "", text, "en")
    stated = [Stated(one.kind, one.value, one.is_required, one.amount) for one in found]
    request = stating.state(draft, stated=stated, by=owner_mx)
    said = {line.text for line in condition_words.lines(Condition.objects.filter(request=request))}
    assert said == {
        "UL or CSA", "ISO 9001", "At least 50 people", "French or English", "European Union", "20,000 pieces a month",
        "Women-owned",
    }  # fmt: skip


def test_a_second_request_like_the_first_is_warned_of_and_may_be_kept(client, firm_mx, owner_mx):
    first = PartnerRequestFactory(company=firm_mx, title="Dried mango in bulk", type="business_offer")
    client.force_login(owner_mx)
    sent = {
        "company": f"own-{firm_mx.pk}", "type": "business_offer", "language": "en", "title": "Dried mango, in bulk",
        "teaser": "Dried mango.", "description": first.description, "sectors": ["food-processed"],
        "target_economies": ["US"], "closes_on": first.closes_on.isoformat(),
    }  # fmt: skip
    sent["sectors"] = [sector.slug for sector in first.sectors.all()]
    warned = client.post(reverse("partners:request-draft"), sent)
    shown = warned.content.decode()
    assert "There is a request much like this one" in shown
    assert first.get_absolute_url() in shown
    assert PartnerRequest.objects.count() == 1
    kept = client.post(reverse("partners:request-draft"), sent | {"anyway": "on"})
    assert kept.status_code == 302
    assert PartnerRequest.objects.count() == 2


def test_english_stands_beside_the_original_for_readers_of_other_languages(client, published):
    PartnerRequest.objects.filter(pk=published.pk).update(
        language="es", title="Mango a granel", english_title="Mango in bulk", english_teaser="Sun-dried."
    )
    path = published.get_absolute_url().removeprefix("/en")
    assert "Mango in bulk" in client.get(f"/en{path}").content.decode()
    assert "Mango in bulk" in client.get(f"/fr{path}").content.decode()
    assert "Mango in bulk" not in client.get(f"/es{path}").content.decode()
    assert "Mango in bulk" in client.get("/en/opportunities/").content.decode()
