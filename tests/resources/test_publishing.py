import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from portal.activity.log import timeline
from portal.notifications.models import Notification
from portal.search.text import search
from resources import publishing
from resources.models import Resource, Translation
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db

Status = Resource.Status


def told(kind):
    """Who was promised this kind of message."""
    return {row.recipient for row in Notification.objects.filter(kind=kind)}


def test_an_official_drafts_a_resource_of_her_economy(official):
    resource = publishing.draft(by=official, **texts())
    resource.refresh_from_db()
    assert resource.slug == "us-how-duties-are-set"
    assert resource.status == Status.DRAFT
    assert resource.author == official
    assert resource.economy_codes == {"US"}
    assert resource.title == "How duties are set"
    assert [row.verb for row in timeline(resource)] == ["drafted"]


def test_a_draft_is_found_by_its_words_at_once(official):
    resource = publishing.draft(by=official, **texts(title_zh_hant="關稅如何訂定", summary_zh_hant="首批貨物繳多少。"))
    assert list(search(Resource.objects, "duty")) == [resource]
    assert list(search(Resource.objects, "關稅")) == [resource]


def test_two_resources_of_the_same_title_get_two_addresses(official):
    first = publishing.draft(by=official, **texts())
    second = publishing.draft(by=official, **texts())
    assert (first.slug, second.slug) == ("us-how-duties-are-set", "us-how-duties-are-set-2")


def test_a_chinese_title_gets_the_publishers_address(official):
    publisher = OrganizationFactory(agency=True, code="US", slug="us-cbp")
    chinese = {"title_en": "", "summary_en": "", "title_zh_hant": "關稅", "summary_zh_hant": "說明。"}
    resource = publishing.draft(by=official, **texts(publisher=publisher, source_language="zh-hant", **chinese))
    assert resource.slug == "us-us-cbp"
    assert resource.reading("fr").language == "zh-hant"


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"title_en": "  "}, "title_en"),
        ({"summary_en": ""}, "summary_en"),
        ({"topics": []}, "topics"),
        ({"economies": []}, "economies"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "ftp://example.gov/"}, "url"),
        ({"title_fr": "Droits de douane"}, "summary_fr"),
        ({"body_es": "Texto."}, "title_es"),
        ({"audiences": ["billionaire"]}, "audiences"),
    ],
)
def test_a_draft_says_what_is_missing_in_which_field(official, missing, field):
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(**missing))
    assert field in refusal.value.message_dict
    assert not Resource.objects.exists()


def test_an_official_drafts_neither_for_another_economy_nor_in_another_publishers_name(official, mx):
    foreign = OrganizationFactory(agency=True, code="MX")
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(economies=[economy("US"), mx]))
    assert set(refusal.value.message_dict) == {"economies"}
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(publisher=foreign))
    assert set(refusal.value.message_dict) == {"publisher"}


def test_a_firm_is_no_publisher(official):
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(publisher=OrganizationFactory(code="US")))
    assert set(refusal.value.message_dict) == {"publisher"}


def test_only_an_administrator_writes_what_holds_everywhere(official, administrator):
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(scope="global", economies=[]))
    assert set(refusal.value.message_dict) == {"economies"}
    body = OrganizationFactory(agency=True, economy=None)
    resource = publishing.draft(by=administrator, **texts(scope="global", economies=[], publisher=body))
    assert resource.economy_codes == set()


@pytest.mark.parametrize("person", ["sme", "chamber", "outsider", "dismissed"])
def test_nobody_else_drafts(request, person):
    with pytest.raises(PermissionDenied):
        publishing.draft(by=request.getfixturevalue(person), **texts())


def test_submitting_tells_the_other_officials_of_the_economy(official, colleague, official_mx, dismissed):
    resource = publishing.draft(by=official, **texts())
    resource = publishing.submit(resource, by=official)
    assert resource.status == Status.IN_REVIEW
    assert told("resources/resource_submitted") == {colleague}


def test_publishing_counts_as_the_first_review_and_tells_the_author(official, colleague, time_machine):
    time_machine.move_to(dt.datetime(2027, 8, 31, 23, tzinfo=dt.UTC))
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    resource = publishing.publish(resource, by=colleague)
    assert resource.status == Status.PUBLISHED
    assert resource.reviewed_on == dt.date(2027, 8, 31)
    assert resource.review_due_on == dt.date(2028, 2, 29)
    assert told("resources/resource_published") == {official}


def test_nobody_is_told_of_what_she_did_herself(official):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    publishing.send_back(resource, reason="I forgot the form.", by=official)
    assert not Notification.objects.exists()


def test_sending_back_gives_the_author_the_reason(official, colleague):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    resource = publishing.send_back(resource, reason=" Name the form. ", by=colleague)
    assert resource.status == Status.DRAFT
    assert resource.note == "Name the form."
    assert timeline(resource)[0].data == {"was": "in_review", "reason": "Name the form."}
    assert told("resources/resource_sent_back") == {official}


def test_submitting_again_is_told_again_and_clears_the_reason(official, colleague):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    resource = publishing.send_back(resource, reason="Name the form.", by=colleague)
    resource = publishing.submit(resource, by=official)
    assert resource.note == ""
    assert Notification.objects.filter(kind="resources/resource_submitted", recipient=colleague).count() == 2


@pytest.mark.parametrize("verb", [publishing.send_back, publishing.withdraw])
def test_a_reason_must_be_given(official, verb):
    resource = ResourceFactory(in_review=True) if verb is publishing.send_back else ResourceFactory(published=True)
    with pytest.raises(ValidationError) as refusal:
        verb(resource, reason="   ", by=official)
    assert set(refusal.value.message_dict) == {"reason"}
    was = resource.status
    resource.refresh_from_db()
    assert resource.status == was


def test_a_withdrawn_resource_can_be_reopened(official):
    resource = publishing.withdraw(ResourceFactory(published=True), reason="The programme ended.", by=official)
    assert resource.status == Status.ARCHIVED
    resource = publishing.reopen(resource, by=official)
    assert (resource.status, resource.note) == (Status.DRAFT, "")


VERBS = {
    "submit": lambda resource, by: publishing.submit(resource, by=by),
    "publish": lambda resource, by: publishing.publish(resource, by=by),
    "send_back": lambda resource, by: publishing.send_back(resource, reason="No.", by=by),
    "withdraw": lambda resource, by: publishing.withdraw(resource, reason="No.", by=by),
    "reopen": lambda resource, by: publishing.reopen(resource, by=by),
    "revise": lambda resource, by: publishing.revise(resource, version=1, by=by, title_en="New"),
}
ALLOWED = {
    "draft": {"submit", "withdraw", "revise"},
    "in_review": {"publish", "send_back", "revise"},
    "published": {"withdraw", "revise"},
    "archived": {"reopen"},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", ALLOWED)
def test_each_state_allows_its_own_moves_and_no_other(official, status, verb):
    resource = ResourceFactory(**({} if status == "draft" else {status: True}))
    if verb in ALLOWED[status]:
        VERBS[verb](resource, official)
    else:
        with pytest.raises(ValidationError) as refusal:
            VERBS[verb](resource, official)
        assert refusal.value.code == "illegal_move"
        resource.refresh_from_db()
        assert resource.status == status


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("person", ["official_mx", "sme", "chamber", "outsider", "dismissed", "administrator"])
def test_nobody_but_officials_of_its_economy_moves_a_resource(request, official, person, verb):
    status = next(state for state, verbs in ALLOWED.items() if verb in verbs)
    resource = ResourceFactory(**({} if status == "draft" else {status: True}))
    with pytest.raises(PermissionDenied):
        VERBS[verb](resource, request.getfixturevalue(person))
    resource.refresh_from_db()
    assert resource.status == status


def test_a_resource_for_every_economy_is_kept_by_administrators_alone(official, administrator):
    resource = ResourceFactory(code=None, in_review=True)
    with pytest.raises(PermissionDenied):
        publishing.publish(resource, by=official)
    assert publishing.publish(resource, by=administrator).status == Status.PUBLISHED


def test_revising_changes_what_is_found_and_where_it_stands(official):
    resource = ResourceFactory(published=True, title_en="Old title")
    resource = publishing.revise(
        resource,
        version=1,
        by=official,
        title_en="Éclairs",
        sectors=[sector(label="Bakery")],
        topics=[topic("taxation")],
    )
    resource.refresh_from_db()
    assert (resource.version, resource.source_version, resource.order_en) == (2, 2, "eclairs")
    assert list(search(Resource.objects, "bakery")) == [resource]
    assert not search(Resource.objects, "old").exists()
    assert timeline(resource)[0].data == {"changed": ["sectors", "title_en", "topics"], "version": 2}


def test_saving_without_a_change_leaves_no_trace(official):
    resource = publishing.revise(ResourceFactory(title_en="Same"), version=1, by=official, title_en="Same")
    assert resource.version == 1
    assert not timeline(resource).exists()


def test_a_form_opened_before_a_colleagues_change_is_refused(official, colleague):
    resource = ResourceFactory(title_en="First")
    publishing.revise(resource, version=1, by=colleague, title_en="Hers")
    with pytest.raises(ValidationError) as refusal:
        publishing.revise(resource, version=1, by=official, title_en="Mine")
    assert refusal.value.code == "changed_meanwhile"
    assert "Carla Colleague" in refusal.value.messages[0]
    resource.refresh_from_db()
    assert resource.title_en == "Hers"


def test_another_economys_share_in_a_resource_is_not_hers_to_take_away(official, us, mx):
    shared = ResourceFactory(economies=[us, mx])
    with pytest.raises(ValidationError) as refusal:
        publishing.revise(shared, version=1, by=official, economies=[us])
    assert set(refusal.value.message_dict) == {"economies"}
    publishing.revise(shared, version=1, by=official, title_en="Still shared")
    assert shared.economies.count() == 2


def test_a_publisher_from_elsewhere_stays_when_something_else_is_edited(official, us):
    abroad = OrganizationFactory(agency=True, economy=None)
    resource = ResourceFactory(publisher=abroad, economies=[us])
    resource = publishing.revise(resource, version=1, by=official, title_en="New")
    assert resource.publisher == abroad


def test_changing_the_original_makes_untouched_translations_stale(official):
    resource = publishing.draft(
        by=official, **texts(title_es="Aranceles", summary_es="Lo que se paga.", title_fr="Droits", summary_fr="Coûts.")
    )
    resource = publishing.revise(resource, version=1, by=official, title_en="Duties in 2028", title_fr="Droits 2028")
    versions = dict(resource.translations.values_list("language", "source_version"))
    assert (resource.source_version, versions) == (2, {"es": 1, "fr": 2})


def test_an_official_makes_a_translation_her_own_and_can_remove_one(official):
    resource = ResourceFactory(title_es="Aranceles", summary_es="Lo que se paga.")
    Translation.objects.create(resource=resource, language="es", origin="portal")
    resource = publishing.revise(resource, version=1, by=official, summary_es="Lo que de verdad se paga.")
    assert resource.translations.get().origin == "publisher"
    resource = publishing.revise(resource, version=2, by=official, title_es="", summary_es="")
    assert not resource.translations.exists()
    assert resource.languages == ["en"]


def test_a_new_address_is_an_unchecked_one(official):
    resource = ResourceFactory(url_evidence="page", link_status="ok")
    resource = publishing.revise(resource, version=1, by=official, url="https://www.example.gov/moved")
    assert (resource.url_evidence, resource.link_status) == ("official", "unchecked")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_that_the_other_was_quicker(official, colleague):
    resource = ResourceFactory(title_en="First")
    start = threading.Barrier(2)

    def save(person):
        start.wait()
        try:
            return publishing.revise(resource, version=1, by=person, title_en=f"By {person}").title_en
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(save, [official, colleague]))
    resource.refresh_from_db()
    assert sorted(outcomes) == sorted([resource.title_en, "changed_meanwhile"])
    assert resource.version == 2


@pytest.mark.django_db(transaction=True)
def test_two_drafts_of_one_title_at_once_get_two_addresses(official, colleague):
    given = texts()
    start = threading.Barrier(2)

    def write(person):
        start.wait()
        try:
            return publishing.draft(by=person, **given).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        slugs = set(pool.map(write, [official, colleague]))
    assert slugs == {"us-how-duties-are-set", "us-how-duties-are-set-2"}


def test_the_same_audiences_in_another_order_are_no_change(official):
    resource = ResourceFactory(published=True, audiences=["importer", "exporter"])

    row = publishing.revise(resource, version=1, by=official, audiences=["exporter", "importer"])

    assert row.version == 1
    assert Resource.objects.get(pk=resource.pk).unseen_since is None
