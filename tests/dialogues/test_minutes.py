"""Minutes, decisions, commitments: written by many hands, agreed by every Party, published once, never changed."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dialogues import commenting, commitments, desk, minutes, scheduling, signing, writing
from dialogues.models import AgendaItem, Commitment, Decision, Minutes, MinutesSection, SavedText
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    IssueFactory,
    MinutesFactory,
    MinutesSectionFactory,
    RegistrationFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(us, tw):
    return SessionFactory(held=True)


@pytest.fixture
def official_tw(tw):
    return UserFactory(full_name="黃淑芬", official_of="TW", language="zh-hant")


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value.code if hasattr(refusal.value, "code") else refusal.value.error_list[0].code


def told(kind):
    return set(Notification.objects.filter(kind=f"dialogues/{kind}").values_list("recipient", flat=True))


def in_a_week():
    return timezone.localdate() + timedelta(days=7)


# --- Writing ------------------------------------------------------------------------------------


def test_minutes_begin_with_a_section_for_each_item_and_take_in_what_comes_to_the_agenda_later(held, official):
    AgendaItemFactory(session=held, title_en="Customs", title_zh_hant="通關", visibility="officials")
    begun = minutes.begin(held, by=official)
    AgendaItemFactory(session=held, title_en="Any other business")

    again = minutes.begin(held, by=official)

    assert (begun.pk, begun.version) == (again.pk, 1)
    first, second = again.sections.all()
    assert (first.heading_zh_hant, first.visibility, second.heading_en) == ("通關", "officials", "Any other business")


@pytest.mark.parametrize("trait", [{}, {"scheduled": True}, {"held": True, "status": "closed"}])
def test_minutes_are_begun_from_the_beginning_to_the_closing(us, tw, official, trait):
    assert refused(minutes.begin, SessionFactory(**trait), by=official) == "not_begun"


def test_each_save_raises_the_revision_of_its_language_alone_and_is_kept(held, official):
    section = MinutesSectionFactory(minutes__session=held)
    found = section.minutes

    for seen, text in ((0, "One"), (1, "Two\r\nlines  ")):
        saved = writing.save(found, section=section, language="en", text=text, seen=seen, by=official)
    writing.save(found, section=section, language="zh-hant", text="一", seen=0, by=official)

    section.refresh_from_db()
    found.refresh_from_db()
    assert (saved.text, saved.revision, saved.with_others) == ("Two\nlines", 2, False)
    assert (section.revisions, section.text_zh_hant) == ({"en": 2, "zh-hant": 1}, "一")
    assert (found.revision, found.written_by) == (4, official)
    kept = SavedText.objects.filter(section=section, language="en").values_list("revision", "text")
    assert list(kept) == [(2, "Two\nlines"), (1, "One"), (0, "")]


def test_an_unchanged_text_is_no_save(held, official):
    found = MinutesFactory(session=held, text_en="Said.")

    saved = writing.save(found, language="en", text="Said.  ", seen=0, by=official)

    assert (saved.revision, SavedText.objects.count()) == (0, 0)


def test_two_writers_of_different_lines_are_brought_together(held, official, official_tw):
    found = MinutesFactory(session=held, text_en="")
    writing.save(found, language="en", text="First.\n\nSecond.", seen=0, by=official)
    writing.save(found, language="en", text="First, longer.\n\nSecond.", seen=1, by=official)

    saved = writing.save(found, language="en", text="First.\n\nSecond, longer.", seen=1, by=official_tw)

    assert (saved.text, saved.revision, saved.with_others) == ("First, longer.\n\nSecond, longer.", 3, True)
    found.refresh_from_db()
    assert found.text_en == saved.text


def test_two_writers_of_the_same_line_never_overwrite_each_other(held, official, official_tw):
    found = MinutesFactory(session=held, text_en="")
    writing.save(found, language="en", text="Mine.", seen=0, by=official)

    assert refused(writing.save, found, language="en", text="Hers.", seen=0, by=official_tw) == "changed_meanwhile"
    assert refused(writing.save, found, language="en", text="Hers.", seen=99, by=official_tw) == "changed_meanwhile"
    # Who changed nothing since is shown what the other wrote.
    assert writing.save(found, language="en", text="", seen=0, by=official_tw).text == "Mine."
    found.refresh_from_db()
    assert found.text_en == "Mine."


def test_what_older_minutes_hold_is_the_beginning_of_the_first_writers(held, official, official_tw):
    found = MinutesFactory(session=held, text_en="Old.\n\nMinutes.")
    writing.save(found, language="en", text="Old!\n\nMinutes.", seen=0, by=official)

    saved = writing.save(found, language="en", text="Old.\n\nMinutes!", seen=0, by=official_tw)

    assert saved.text == "Old!\n\nMinutes!"


def test_only_the_latest_saves_are_kept_and_who_began_before_them_is_told(held, official):
    found = MinutesFactory(session=held, text_en="Line 300", revisions={"en": 300})
    for number in (99, 101, 300):
        found.saves.create(language="en", revision=number, text=f"Line {number}")

    writing.save(found, language="en", text="Line 301", seen=300, by=official)

    assert list(found.saves.values_list("revision", flat=True)) == [301, 300]
    assert refused(writing.save, found, language="en", text="Late", seen=99, by=official) == "changed_meanwhile"


def test_a_text_that_is_too_long_and_a_section_that_is_gone_are_refused(held, official):
    section = MinutesSectionFactory(minutes__session=held)
    found = section.minutes

    assert refused(writing.save, found, language="en", text="a" * 60_001, seen=0, by=official) == "too_long"
    MinutesSection.objects.filter(pk=section.pk).delete()
    assert refused(writing.save, found, section=section, language="en", text="a", seen=0, by=official) == "gone"


def test_a_section_is_added_for_what_came_up_and_taken_out_while_it_is_empty(held, official):
    found = MinutesFactory(session=held)
    section = minutes.add_section(found, headings={"en": "Visit", "zh-hant": ""}, by=official)
    writing.save(found, section=section, language="en", text="We saw the port.", seen=0, by=official)

    assert refused(minutes.remove_section, section, by=official) == "not_empty"
    writing.save(found, section=section, language="en", text="", seen=1, by=official)
    minutes.remove_section(section, by=official)
    assert not found.sections.exists()
    assert refused(minutes.add_section, found, headings={"en": " "}, by=official) == "required"


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_who_save_the_same_line_at_once_one_is_told(us, tw):
    found = MinutesFactory(text_en="")
    writers = [UserFactory(official_of="US"), UserFactory(official_of="TW")]
    barrier = threading.Barrier(2)
    outcomes = []

    def save(writer):
        try:
            barrier.wait(10)
            writing.save(found, language="en", text=f"By {writer.pk}", seen=0, by=writer)
            outcomes.append("saved")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["changed_meanwhile", "saved"]
    assert Minutes.objects.get().revisions == {"en": 1}


# --- Before the Parties -------------------------------------------------------------------------


def circulate(found, by, **details):
    details = {"comments_until": in_a_week(), "seen_revision": found.revision, "despite_findings": True} | details
    return signing.circulate(found, by=by, **details)


def test_circulating_asks_officials_to_sign_and_those_who_attended_to_comment(held, official, official_tw, sme):
    RegistrationFactory(session=held, user=sme)
    RegistrationFactory(session=held, user=official)
    missing = RegistrationFactory(session=held, attended=False).user
    gone = RegistrationFactory(session=held, status="cancelled").user
    found = MinutesFactory(session=held)
    assert not Minutes.objects.visible_to(sme).exists()

    circulate(found, official)

    assert told("minutes_to_sign") == {official.pk, official_tw.pk}
    assert told("minutes_circulated") == {sme.pk}
    for person, sees in ((sme, True), (missing, False), (gone, False), (UserFactory(), False)):
        assert Minutes.objects.visible_to(person).exists() is sees


def test_who_attended_without_an_account_gets_a_link_of_her_own(held, official):
    place = RegistrationFactory(
        session=held, user=None, address="guest@example.com", address_name="Gerda Guest", address_language="fr"
    )
    found = circulate(MinutesFactory(session=held), official)

    (promise,) = Notification.objects.filter(kind="dialogues/minutes_circulated")
    token = promise.context["url"].rstrip("/").rpartition("/")[2]
    assert commenting.read_link(token) == (place, found)
    assert commenting.read_link(token[:-2]) is None
    row = commenting.comment(found, text="Bonjour", language="fr", by=None, registration=place)
    assert (row.name, row.by) == ("Gerda Guest", None)
    place.status = "cancelled"
    place.save()
    assert commenting.read_link(token) is None


def test_circulating_is_refused_until_the_minutes_can_be_read_by_others(us, tw, official):
    running = MinutesFactory(session=SessionFactory(running=True))
    assert refused(circulate, running, official) == "not_held"
    found = MinutesFactory(text_en="")
    assert refused(circulate, found, official) == "empty"
    found.text_en = "Said."
    found.save()
    assert refused(circulate, found, official, seen_revision=0) == "changed_meanwhile"
    assert refused(circulate, found, official, despite_findings=False) == "parity"
    with pytest.raises(ValidationError) as refusal:
        circulate(found, official, comments_until=timezone.localdate() - timedelta(days=3))
    assert refusal.value.error_dict["comments_until"][0].code == "past"
    circulate(found, official)
    assert refused(circulate, found, official) == "illegal_move"


def test_circulated_minutes_are_not_written_in(held, official):
    section = MinutesSectionFactory(minutes__session=held)
    found = circulate(section.minutes, official)

    assert refused(writing.save, found, language="en", text="More", seen=0, by=official) == "not_draft"
    assert refused(minutes.begin, held, by=official) == "not_draft"
    assert refused(minutes.add_section, found, headings={"en": "More"}, by=official) == "not_draft"
    assert refused(minutes.remove_section, section, by=official) == "not_draft"
    assert refused(minutes.add_decision, held, texts={"en": "Go."}, by=official) == "not_draft"


def test_comments_are_taken_from_those_who_attended_until_the_day_is_over_in_the_room(held, official, sme, outsider):
    RegistrationFactory(session=held, user=sme)
    found = circulate(MinutesFactory(session=held), official, comments_until=date(2099, 5, 14))

    row = commenting.comment(found, text=" It was 30 days. ", language="en", by=sme)

    assert (row.text, row.organization, row.settled_at) == (
        "It was 30 days.",
        sme.active_memberships[0].organization,
        None,
    )
    with pytest.raises(PermissionDenied):
        commenting.comment(found, text="Me too", language="en", by=outsider)
    assert refused(commenting.comment, found, text=" ", language="en", by=sme) == "required"
    with time_machine.travel("2099-05-14T15:59:00Z"):  # 23:59 in Taipei
        commenting.comment(found, text="Just in time", language="en", by=sme)
    with time_machine.travel("2099-05-14T16:00:00Z"):
        assert refused(commenting.comment, found, text="Too late", language="en", by=sme) == "closed"


def test_one_person_does_not_drown_the_others(held, official, sme):
    RegistrationFactory(session=held, user=sme)
    found = circulate(MinutesFactory(session=held), official)
    for _ in range(commenting.MOST_COMMENTS):
        found.comments.create(by=sme, language="en", text="Again")

    assert refused(commenting.comment, found, text="Again", language="en", by=sme) == "too_many"


def test_a_comment_is_settled_once_with_a_reply_that_reaches_who_wrote_it(held, official, sme, outsider):
    RegistrationFactory(session=held, user=sme)
    found = circulate(MinutesFactory(session=held), official)
    row = commenting.comment(found, text="It was 30 days.", language="en", by=sme)

    assert refused(commenting.settle, row, reply=" ", by=official) == "required"
    commenting.settle(row, reply="Corrected.", by=official)

    assert refused(commenting.settle, row, reply="Again.", by=official) == "settled"
    assert told("minutes_comment_settled") == {sme.pk}
    assert list(commenting.seen_by(sme, found)) == list(commenting.seen_by(official, found)) == [row]
    assert not commenting.seen_by(outsider, found).exists()


def test_minutes_are_agreed_with_the_last_partys_sign_off(held, official, official_tw, us, tw):
    found = circulate(MinutesFactory(session=held), official)

    found = signing.sign_off(found, economy=us, seen_revision=found.revision, by=official)
    assert found.status == "circulated"
    assert refused(signing.sign_off, found, economy=us, seen_revision=found.revision, by=official) == "already_signed"
    assert refused(signing.sign_off, found, economy=tw, seen_revision=0, by=official_tw) == "changed_meanwhile"
    found = signing.sign_off(found, economy=tw, seen_revision=found.revision, by=official_tw)
    assert (found.status, found.agreed_at is not None) == ("agreed", True)
    assert refused(signing.sign_off, found, economy=tw, seen_revision=1, by=official_tw) == "not_circulated"


def test_nobody_signs_for_another_partys_officials(held, official, official_tw, official_mx, sme, us, tw, mx):
    found = circulate(MinutesFactory(session=held), official)

    for person, party in ((official, tw), (official_mx, us), (official_mx, mx), (sme, us)):
        with pytest.raises(PermissionDenied):
            signing.sign_off(found, economy=party, seen_revision=found.revision, by=person, received_as="A letter")
    assert not found.sign_offs.exists()


def test_the_word_of_a_party_for_which_nobody_acts_here_is_written_down_with_how_it_came(held, official, tw):
    found = circulate(MinutesFactory(session=held), official)
    signed = {"economy": tw, "seen_revision": found.revision, "by": official}

    assert refused(signing.sign_off, found, **signed) == "received_as"
    signing.sign_off(found, received_as="Letter of 3 May", **signed)

    assert found.sign_offs.get().received_as == "Letter of 3 May"


def test_a_change_takes_every_sign_off_back_and_tells_the_parties_why(held, official, official_tw, us, tw):
    found = circulate(MinutesFactory(session=held), official)
    for party, person in ((us, official), (tw, official_tw)):
        found = signing.sign_off(found, economy=party, seen_revision=found.revision, by=person)

    assert refused(signing.reopen, found, reason=" ", by=official) == "reason"
    found = signing.reopen(found, reason="A comment is taken up.", by=official_tw)

    assert (found.status, found.sign_offs.count(), found.comments_until) == ("draft", 0, None)
    assert told("minutes_reopened") == {official.pk, official_tw.pk}
    assert writing.save(found, language="en", text="Better.", seen=0, by=official).revision == 1


# --- Publishing ---------------------------------------------------------------------------------


def publish(found, by):
    return minutes.publish(found.session, seen_revision=found.revision, by=by)


def test_publishing_tells_the_registered_and_the_officials_once(held, official, sme):
    RegistrationFactory(session=held, user=sme)
    RegistrationFactory(session=held, user=official)
    gone = RegistrationFactory(session=held, status="cancelled").user

    published = publish(MinutesFactory(session=held, agreed=True), official)

    assert (published.status, published.version) == ("published", 1)
    rows = Notification.objects.filter(kind="dialogues/minutes_published").values_list("recipient", flat=True)
    assert sorted(rows) == sorted([sme.pk, official.pk])
    assert gone.pk not in rows


def test_publishing_moves_the_issues_that_were_talked_about(held, official):
    issue = IssueFactory(dialogue=held.dialogue, status="on_agenda")
    item = AgendaItemFactory(session=held)
    item.issues.add(issue)
    CommitmentFactory(session=held, agenda_item=item)

    publish(MinutesFactory(session=held, agreed=True), official)

    issue.refresh_from_db()
    assert issue.status == "committed"


@pytest.mark.parametrize("trait", [{}, {"circulated": True}])
def test_only_what_every_party_signed_is_published(held, official, trait):
    assert refused(publish, MinutesFactory(session=held, **trait), official) == "not_agreed"


def test_nothing_is_published_while_people_may_still_comment_or_wait_for_a_reply(held, official, sme):
    found = MinutesFactory(session=held, agreed=True, comments_until=in_a_week())
    RegistrationFactory(session=held, user=sme)
    row = commenting.comment(found, text="No", language="en", by=sme)
    assert refused(publish, found, official) == "comments_open"

    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert refused(publish, found, official) == "comments_unsettled"
        commenting.settle(row, reply="As it was said.", by=official)
        assert publish(found, official).is_published


def test_minutes_nobody_began_of_a_running_session_or_changed_since_are_not_published(held, official):
    assert refused(minutes.publish, held, seen_revision=0, by=official) == "empty"
    running = MinutesFactory(session=SessionFactory(running=True), agreed=True)
    assert refused(publish, running, official) == "not_held"
    found = MinutesFactory(session=held, agreed=True)
    assert refused(minutes.publish, held, seen_revision=found.revision - 1, by=official) == "changed_meanwhile"


def test_after_publication_nothing_more_is_written_added_or_removed(held, official):
    found = MinutesFactory(session=held, agreed=True)
    decision = Decision.objects.create(session=held, text_en="Go.")
    publish(found, official)

    for verb in (
        lambda: writing.save(found, language="en", text="More", seen=0, by=official),
        lambda: minutes.publish(held, seen_revision=1, by=official),
        lambda: minutes.add_decision(held, texts={"en": "Stop."}, by=official),
        lambda: minutes.remove(decision, by=official),
        lambda: minutes.discard(found, by=official),
    ):
        assert refused(verb) == "published"


def test_the_database_itself_keeps_published_minutes_as_they_are(us, tw):
    found = MinutesFactory()
    section = MinutesSectionFactory(
        minutes=found, text_en="Said.", agenda_item=AgendaItemFactory(session=found.session)
    )
    Minutes.objects.filter(pk=found.pk).update(status="published", published_at=timezone.now())

    for change in (
        lambda: Minutes.objects.filter(pk=found.pk).update(text_en="Other words."),
        lambda: Minutes.objects.filter(pk=found.pk).update(correction_en="Other words."),
        lambda: MinutesSection.objects.filter(pk=section.pk).update(text_en="Other words."),
        lambda: MinutesSection.objects.filter(pk=section.pk).update(visibility="officials"),
        lambda: MinutesSectionFactory(minutes=found),
        lambda: MinutesSection.objects.filter(pk=section.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            change()
    AgendaItem.objects.all().delete()  # items may go, the section stays
    assert found.sections.get().agenda_item is None


def test_decisions_and_commitments_are_public_with_the_minutes(held, official, sme):
    minutes.begin(held, by=official)
    minutes.add_decision(held, texts={"en": "Go."}, by=official)
    owner = official.active_memberships[0].organization
    promise = minutes.add_commitment(held, texts={"en": "Do it."}, owner=owner, due_on=date(2099, 1, 1), by=official)
    assert not Decision.objects.visible_to(sme).exists()
    assert Commitment.objects.visible_to(official).get().first_due_on == promise.due_on

    Minutes.objects.update(status="agreed")
    publish(Minutes.objects.get(), official)

    assert Decision.objects.visible_to(sme).count() == 1
    assert Commitment.objects.visible_to(sme).count() == 1


def test_a_decision_needs_words_and_changes_what_is_signed(held, official):
    found = MinutesFactory(session=held)

    assert refused(minutes.add_decision, held, texts={"en": " "}, by=official) == "required"
    decision = minutes.add_decision(held, texts={"en": "Go."}, by=official)
    minutes.remove(decision, by=official)
    assert refused(circulate, found, official) == "changed_meanwhile"


def test_a_held_session_is_closed_when_its_minutes_are_out(held, official):
    publish(MinutesFactory(session=held, agreed=True), official)

    assert scheduling.close(held, by=official).status == "closed"


# --- Correcting ---------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_beside_the_published_one(held, official, sme):
    section = MinutesSectionFactory(
        minutes__session=held, minutes__agreed=True, text_en="30 days.", text_zh_hant="30天。"
    )
    assert refused(minutes.correct, held, reasons={"en": "A number."}, by=official) == "not_published"
    published = publish(section.minutes, official)
    scheduling.close(held, by=official)
    assert refused(minutes.correct, held, reasons={"en": " "}, by=official) == "required"

    draft = minutes.correct(held, reasons={"en": "A number."}, by=official)
    (copy,) = draft.sections.all()
    assert (draft.version, draft.correction_en, copy.text_zh_hant) == (2, "A number.", "30天。")
    assert list(Minutes.objects.visible_to(sme)) == [published]
    writing.save(draft, section=copy, language="en", text="60 days.", seen=1, by=official)
    minutes.add_decision(held, texts={"en": "Added."}, by=official)
    Minutes.objects.filter(pk=draft.pk).update(status="agreed")
    draft.refresh_from_db()
    publish(draft, official)

    section.refresh_from_db()
    assert section.text_en == "30 days."
    assert [found.version for found in Minutes.objects.visible_to(sme)] == [2, 1]
    assert Notification.objects.filter(kind="dialogues/minutes_published", recipient=official).count() == 2


def test_a_correction_begun_by_mistake_is_given_up(held, official):
    publish(MinutesFactory(session=held, agreed=True), official)
    draft = minutes.correct(held, reasons={"en": "None."}, by=official)

    minutes.discard(draft, by=official)

    assert minutes.current(held).version == 1
    assert refused(minutes.discard, MinutesFactory(), by=official) == "first"


def test_sections_are_seen_by_whom_their_item_is_for(us, tw, official, official_mx, sme, outsider):
    found = MinutesFactory()
    for order, visibility in enumerate(("public", "participants", "officials"), start=1):
        MinutesSectionFactory(minutes=found, order=order, visibility=visibility)
    RegistrationFactory(session=found.session, user=sme)

    def seen(person):
        return list(MinutesSection.objects.visible_to(person).values_list("visibility", flat=True))

    assert (seen(official), seen(sme), seen(outsider)) == (["public", "participants", "officials"], [], [])
    Minutes.objects.update(status="circulated")
    assert (seen(sme), seen(outsider)) == (["public", "participants"], [])
    Minutes.objects.update(status="published", published_at=timezone.now())
    assert (seen(sme), seen(outsider), seen(official_mx)) == (["public", "participants"], ["public"], ["public"])


# --- Commitments --------------------------------------------------------------------------------


def test_a_commitment_is_begun_and_kept(us, tw, official):
    commitment = commitments.begin(CommitmentFactory(), by=official)
    commitment = commitments.finish(commitment, by=official)

    assert (commitment.status, commitment.finished_at is not None) == ("done", True)
    with pytest.raises(ValidationError) as refusal:
        commitments.drop(commitment, reason="Too late.", by=official)
    assert refusal.value.code == "illegal_move"


def test_dropping_a_commitment_needs_a_reason(us, tw, official):
    commitment = CommitmentFactory()

    with pytest.raises(ValidationError) as refusal:
        commitments.drop(commitment, reason=" ", by=official)
    assert refusal.value.code == "reason"
    assert commitments.drop(commitment, reason="No money.", by=official).dropped_because == "No money."


@pytest.mark.parametrize(
    ("status", "days", "overdue"),
    [("open", -1, True), ("in_progress", -1, True), ("open", 0, False), ("done", -1, False)],
)
def test_overdue_means_unfinished_and_past_its_day(us, tw, status, days, overdue):
    commitment = CommitmentFactory(status=status, due_on=timezone.localdate() + timedelta(days=days))

    assert commitment.is_overdue is overdue
    assert Commitment.objects.overdue().exists() is overdue


# --- The desk -----------------------------------------------------------------------------------


def titles(found):
    return [one.title for one in found]


def test_the_desk_asks_officials_for_dates_and_minutes_of_their_dialogues(us, tw, official, official_mx, sme):
    draft = SessionFactory(title_en="Undated")
    SessionFactory(dialogue=draft.dialogue, held=True, title_en="Unwritten")
    SessionFactory(dialogue=draft.dialogue, past=True, title_en="From a source")
    done = MinutesFactory(published=True, session=SessionFactory(dialogue=draft.dialogue, held=True))

    assert titles(desk.waiting_for(official)) == ["Set a date: Undated", "Write the minutes: Unwritten"]
    assert done.session.title not in " ".join(titles(desk.waiting_for(official)))
    assert desk.waiting_for(official_mx) == []
    assert desk.waiting_for(sme) == []


def test_the_desk_reminds_the_owners_people_of_what_is_overdue(us, tw, chamber, sme):
    owner = chamber.active_memberships[0].organization
    due = timezone.localdate() - timedelta(days=3)
    CommitmentFactory(owner=owner, published=True, due_on=due, text_en="Late")
    CommitmentFactory(owner=owner, published=True, text_en="In time")

    (waiting,) = desk.waiting_for(chamber)
    assert (waiting.title, waiting.due_at.date()) == ("Commitment overdue: Late", due)
    assert desk.waiting_for(sme) == []


def test_the_desk_shows_what_is_coming_to_whom_it_concerns(us, tw, official, sme, outsider):
    session = SessionFactory(scheduled=True, title_en="Next")
    RegistrationFactory(session=session, user=sme)

    assert titles(desk.coming_for(sme)) == ["Next"]
    assert titles(desk.coming_for(official)) == ["Next"]
    assert desk.coming_for(outsider) == []
    with time_machine.travel(session.ends_at + timedelta(minutes=1)):
        assert desk.coming_for(sme) == []


def test_what_was_decided_under_a_closed_item_is_for_those_who_may_see_it(held, official_tw):
    closed = AgendaItemFactory(session=held, visibility="officials")
    now = timezone.now()
    decision = Decision.objects.create(session=held, agenda_item=closed, text_en="In confidence.", published_at=now)
    commitment = CommitmentFactory(session=held, agenda_item=closed, published=True)
    sme = UserFactory(sme_in="US")
    for reader in (AnonymousUser(), sme):
        assert not Decision.objects.visible_to(reader).exists()
        assert not Commitment.objects.visible_to(reader).exists()
    assert list(Decision.objects.visible_to(official_tw)) == [decision]
    assert list(Commitment.objects.visible_to(official_tw)) == [commitment]
