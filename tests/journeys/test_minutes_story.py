"""Two officials write the minutes at the same time, those who attended comment, every Party signs, everybody reads."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dialogues import commenting, minutes
from dialogues.models import Minutes
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    MinutesFactory,
    MinutesSectionFactory,
    RegistrationFactory,
    SessionFactory,
)
from tests.journeys.conftest import give_password
from tests.journeys.post import last_mail_to, mails_to, text_of
from tests.journeys.test_accessibility import SIZES, examine


def test_minutes_are_written_by_two_agreed_by_all_and_read_by_everybody(visit, official, official_mx, sme, outsider):
    session = SessionFactory(
        held=True,
        dialogue=DialogueFactory(parties=["US", "MX"], working_languages=["en", "es"]),
        title_en="Held session",
    )
    AgendaItemFactory(session=session, order=1, title_en="Customs", title_es="Aduanas")
    RegistrationFactory(session=session, user=sme)
    for person in (official, official_mx, sme):
        give_password(person)
    path = session.get_absolute_url() + "minutes/"
    desk, other = visit(official), visit(official_mx)

    # Both write on one page; each text is saved while its writer pauses, also what she typed before the script came.
    desk.goto(path + "edit/")
    late = []

    def hold(route):
        late.append(route)

    desk.route("**/minutes*.js", hold)
    desk.get_by_role("button", name="Begin the minutes").click(no_wait_after=True)
    desk.locator("textarea").first.wait_for()
    section = Minutes.objects.get().sections.get()
    english, spanish = f"[name='{section.pk}-text_en']", f"[name='{section.pk}-text_es']"
    said, dicho = f"[data-saved='{section.pk}-en']", f"[data-saved='{section.pk}-es']"
    desk.locator(english).fill("First point.\n\nSecond point.")
    assert late
    late.pop().continue_()
    desk.unroute("**/minutes*.js")
    expect(desk.locator(said)).to_contain_text("Saved at")
    other.goto(path + "edit/")
    other.locator(spanish).fill("Primer punto.\n\nSegundo punto.")
    expect(other.locator(dicho)).to_contain_text("Saved at")

    # They change different lines: both stay, and the slower one sees the other's.
    other.locator(english).fill("First point, as Mexico said.\n\nSecond point.")
    expect(other.locator(said)).to_contain_text("Saved at")
    desk.locator(english).fill("First point.\n\nSecond point: **30 days**.")
    expect(desk.locator(said)).to_contain_text("with a colleague's changes")
    expect(desk.locator(english)).to_have_value("First point, as Mexico said.\n\nSecond point: **30 days**.")

    # They change the same line: nothing is overwritten, and the form shows both.
    other.locator(english).fill("First point, as all said.\n\nSecond point.")
    expect(other.locator(said)).to_contain_text("Saved at")
    desk.locator(english).fill("First point, as the United States said.\n\nSecond point: **30 days**.")
    expect(desk.locator(said)).to_contain_text("Somebody changed the same lines")
    desk.get_by_role("button", name="Save the minutes").first.click()
    expect(desk.locator(".minutes__other")).to_contain_text("First point, as")
    expect(desk.locator(english)).to_have_value("First point, as the United States said.\n\nSecond point: **30 days**.")
    desk.locator(english).fill("First point, as both said.\n\nSecond point: **30 days**.")
    desk.get_by_role("button", name="Preview").first.click()
    expect(desk.locator(f"#preview-{section.pk} strong")).to_have_text("30 days")

    # A decision inside the item: what was typed is saved on the way.
    desk.get_by_role("button", name="Record a decision").first.click()
    desk.locator("[name=text_en]").fill("One form for small parcels.")
    desk.locator("main form button[type=submit]").click()
    expect(desk.locator(f"#piece-{section.pk}")).to_contain_text("One form for small parcels.")

    # The languages differ, and she says that it is right; those who attended are asked.
    desk.get_by_role("button", name="Save and circulate").first.click()
    expect(desk.locator("#parity")).to_contain_text("30")
    desk.locator("[name=comments_until]").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    desk.locator("[name=despite_findings]").check()
    desk.locator("main form button[type=submit]").click()
    assert "Held session" in last_mail_to(sme.email)["Subject"]
    reader = visit(sme, width=390, javascript=False)
    reader.goto(path)
    reader.get_by_role("link", name="Comment on “Customs”").click()
    reader.locator("[name=text]").fill("It was forty days.")
    reader.locator("main form button[type=submit]").click()
    expect(reader.locator("main")).to_contain_text("It was forty days.")

    # A reply, both signatures, the days pass, and it is out.
    desk.goto(path)
    desk.get_by_role("link", name="Reply to this comment").click()
    desk.locator("[name=reply]").fill("Thirty, by the recording.")
    desk.locator("main form button[type=submit]").click()
    assert "Thirty, by the recording." in text_of(last_mail_to(sme.email))
    desk.locator("#parties form button").click()
    other.goto(path)
    other.locator("#parties form button").click()
    expect(other.locator("main")).to_contain_text("Every Party has signed.")
    Minutes.objects.update(comments_until=timezone.localdate() - timedelta(days=2))
    other.goto(path)
    other.get_by_role("link", name="Read once more and publish").click()
    other.locator("main form button[type=submit]").click()
    assert Minutes.objects.get().status == "published"
    visitor = visit(width=390, javascript=False)
    visitor.goto(path)
    expect(visitor.locator("main")).to_contain_text("One form for small parcels.")
    expect(visitor.locator("main")).not_to_contain_text("It was forty days.")
    assert "published" in last_mail_to(sme.email)["Subject"]
    assert mails_to(outsider.email) == []
    for page in (desk, other):
        assert [line for line in page.problems if "409" not in line] == []
    assert reader.problems == visitor.problems == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_of_minutes_have_no_barrier_that_a_program_can_find(visit, official, sme, width, scheme):
    session = SessionFactory(held=True, dialogue=DialogueFactory(parties=["US", "MX"], working_languages=["en", "es"]))
    RegistrationFactory(session=session, user=sme)
    guest = RegistrationFactory(session=session, user=None, address="guest@example.com", address_language="en")
    item = AgendaItemFactory(session=session, title_en="Customs")
    found = MinutesFactory(session=session)
    section = MinutesSectionFactory(minutes=found, agenda_item=item, heading_en="Customs", text_en="- One\n- Two")
    CommitmentFactory(session=session, agenda_item=item, text_en="Publish a guide.")
    found.comments.create(by=sme, section=section, language="en", text="It was forty days.")
    give_password(official)
    path = session.get_absolute_url() + "minutes/"
    page = visit(official, width=width)

    for name in ("edit/", "circulate/", "sections/new/"):
        examine(page, path + name, scheme)
    Minutes.objects.update(status="circulated", comments_until=timezone.localdate() + timedelta(days=3))
    for name in ("", "comment/", "reopen/", f"comments/{found.comments.get().pk}/"):
        examine(page, path + name, scheme)
    examine(page, commenting.link_for(guest, Minutes.objects.get()), scheme)
    Minutes.objects.update(status="published", published_at=timezone.now() - timedelta(days=1))
    draft = minutes.correct(session, reasons={"en": "A number."}, by=official)
    draft.sections.update(text_en="- One\n- Three")
    for name in ("", "compare/", "versions/1/"):
        examine(page, path + name, scheme)
