"""An official writes to everybody in a session, sees how it looks, sends it and watches it go; they read it."""

from playwright.sync_api import expect

from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import RegistrationFactory, SessionFactory
from tests.journeys.conftest import give_password
from tests.journeys.post import last_mail_to, text_of


def test_a_message_to_participants_is_looked_at_sent_watched_and_read(visit, official, sme_tw, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False  # a worker takes it when this story says so
    session = SessionFactory(scheduled=True, title_en="Fifth session")
    RegistrationFactory(session=session, user=sme_tw)
    for _ in range(3):
        RegistrationFactory(session=session, user=UserFactory())
    give_password(official)
    give_password(sme_tw)

    desk = visit(official)
    desk.goto(session.get_absolute_url())
    desk.get_by_role("link", name="Write to participants").click()
    desk.get_by_role("link", name="Write a message").click()
    english = desk.locator("details", has_text="English").first
    english.get_by_label("Subject").fill("Another room")
    english.get_by_label("Text").fill("We meet in **room 5**.\n\n- Bring your badge\n- Be there at nine")
    desk.get_by_role("button", name="Keep it and look at it").click()
    expect(desk.get_by_role("heading", name="Another room")).to_be_visible()
    expect(desk.locator("#people")).to_contain_text("they get the text in English")
    expect(desk.frame_locator("iframe.mail").locator("strong", has_text="room 5")).to_be_visible()
    languages = desk.get_by_role("navigation", name="Language of the reader")
    languages.get_by_role("link", name="Traditional Chinese").click()
    expect(languages.locator("[aria-current=page]")).to_have_text("Traditional Chinese (1)")
    expect(desk.frame_locator("iframe.mail").locator("html[lang=zh-hant]")).to_be_attached()
    desk.get_by_role("button", name="Send to 4 people").click()

    # It goes while she watches, and is halted in time for one of them.
    expect(desk.locator("#progress")).to_contain_text("0 of 4 people")
    deliver_due(3)
    expect(desk.locator("#progress")).to_contain_text("3 of 4 people")
    desk.get_by_role("button", name="Halt it").click()
    expect(desk.locator("#progress")).to_contain_text("Halted: what had not left is held")
    assert deliver_due() == 0
    desk.get_by_role("button", name="Send it to the 1 person who has not got it").click()
    deliver_due()
    expect(desk.locator("#progress")).to_contain_text("All of it has gone")
    assert set(Notification.objects.values_list("status", flat=True)) == {"sent"}

    # She reads it in the mail, in the inbox, and on its page; the frame is in her language.
    mail = last_mail_to(sme_tw.email, "Another room")
    assert "- Bring your badge" in text_of(mail)
    reader = visit(sme_tw, language="zh-hant", width=390, javascript=False)
    reader.goto("/zh-hant/notifications/")
    reader.get_by_text("Another room").first.click()
    expect(reader.locator("main [lang=en] strong", has_text="room 5")).to_be_visible()
    assert desk.problems == reader.problems == []
