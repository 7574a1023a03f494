import email
import email.policy
import re
from datetime import UTC, datetime, timedelta

import hypothesis
import icalendar
import pytest
from hypothesis import strategies as st

from portal.languages import reading_as
from portal.notifications import mails
from portal.notifications.calendar import Event, invitation
from portal.notifications.models import Notification
from portal.notifications.outbox import Address, notify
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.reference import topic

START = datetime(2027, 5, 14, 1, tzinfo=UTC)


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge & <Co>", slug="bridge", agency=True)


def invited(person, meeting, method="REQUEST"):
    """The mail to ``person`` as it goes over the wire and is read again."""
    event = Event("u@x", 1, START, START + timedelta(hours=1), "對話", is_cancelled=method == "CANCEL")
    notify(
        [person],
        "dialogues/meeting",
        about=meeting,
        word="“a” & 'b'",
        calendar=lambda user: invitation(event, attendee=user, method=method),
    )
    return read(Notification.objects.latest("pk"))


def told(person, meeting, kind="accounts/note", **context):
    notify([person], kind, about=meeting, **context)
    return read(Notification.objects.latest("pk"))


def read(row):
    return email.message_from_bytes(sent(row), policy=email.policy.default)


def sent(row):
    with reading_as(row.addressee):
        mail = mails.compose(row, mails.subject(row))
    return mail.message().as_bytes(linesep="\r\n")


def part(mail, kind):
    (found,) = [one for one in mail.walk() if one.get_content_type() == kind]
    return found


def test_a_mail_has_text_html_and_the_calendar_as_alternatives_and_the_file_beside_them(meeting, sme):
    mail = invited(sme, meeting)
    assert [one.get_content_type() for one in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert part(mail, "application/ics").get_filename() == "invite.ics"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_mime_method_is_the_calendar_s_own(meeting, sme, method):
    mail = invited(sme, meeting, method)
    inside = part(mail, "text/calendar")
    calendar = icalendar.Calendar.from_ical(inside.get_content())
    assert inside.get_param("method") == calendar["METHOD"] == method
    assert calendar.walk("VEVENT")[0]["SUMMARY"] == "對話"
    assert icalendar.Calendar.from_ical(part(mail, "application/ics").get_content()) == calendar


def test_nobody_else_s_address_is_in_a_mail(meeting, sme, chamber):
    others = chamber.email
    mail = invited(sme, meeting)
    assert others not in mail.as_string()
    assert mail["To"] == f"Sara Smith <{sme.email}>"
    assert mail["Cc"] is mail["Bcc"] is None


def test_a_mail_without_calendar_has_no_attachment(meeting, sme):
    mail = told(sme, meeting, note="x")
    assert [one.get_content_type() for one in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_text_and_subject_keep_ampersands_and_html_escapes_them(meeting, sme):
    mail = invited(sme, meeting)
    assert mail["Subject"] == "en Bridge & <Co> “a” & 'b'"
    assert "Bridge & <Co>" in part(mail, "text/plain").get_content()
    assert "Bridge &amp; &lt;Co&gt;" in part(mail, "text/html").get_content()


def test_a_mail_is_in_its_reader_s_language_and_time_zone(meeting, sme_tw):
    mail = told(sme_tw, meeting, "dialogues/meeting", word="x")
    assert mail["Content-Language"] == "zh-hant"
    assert mail["Subject"].startswith("zh-hant ")
    assert 'lang="zh-hant"' in part(mail, "text/html").get_content()
    text = part(mail, "text/plain").get_content()
    assert "zone CST" in text
    assert "http://localhost:8000/zh-hant/organizations/bridge/" in text


def test_somebody_without_an_account_reads_hers_and_is_sent_to_no_page_behind_a_login(meeting):
    mail = told(Address("ana@example.com", "es", "America/Mexico_City"), meeting, "dialogues/meeting", word="x")
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"].startswith("es ")
    text = part(mail, "text/plain").get_content()
    assert "/es/organizations/bridge/" in text
    assert "/preferences/" not in text


def test_a_message_may_lead_elsewhere_in_the_portal_in_the_reader_s_language(meeting, sme_tw):
    mail = told(sme_tw, meeting, "accounts/note", note="x", url="/en/desk/?new=1")
    assert "http://localhost:8000/zh-hant/desk/?new=1" in part(mail, "text/plain").get_content()


def test_an_object_without_a_page_gives_a_mail_without_a_link(sme):
    text = part(told(sme, topic(), note="x"), "text/plain").get_content()
    assert "See it on" not in text


def test_a_mail_says_it_is_automatic_and_keeps_its_id_for_life(meeting, sme):
    first = told(sme, meeting, note="x")
    row = Notification.objects.get()
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == f"<{row.uid}@localhost>"
    assert read(row)["Message-ID"] == first["Message-ID"]


def test_mails_that_can_be_switched_off_carry_the_one_click_header(meeting, sme):
    mail = told(sme, meeting, "dialogues/meeting", word="x")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (url,) = re.fullmatch(
        r"<(http://localhost:8000/en/notifications/unsubscribe/[^/]+/)>", mail["List-Unsubscribe"]
    ).groups()
    assert url.rpartition("/unsubscribe/")[0] in part(mail, "text/plain").get_content()


def test_the_one_click_header_stands_in_one_line(meeting, sme):
    notify([sme], "dialogues/meeting", about=meeting, word="x" * 200)
    assert re.search(rb"\r\nList-Unsubscribe: <http[^ \r]+>\r\n", sent(Notification.objects.get()))


def test_mails_about_one_s_account_cannot_be_switched_off(meeting, sme):
    mail = told(sme, meeting, note="x")
    assert mail["List-Unsubscribe"] is mail["List-Unsubscribe-Post"] is None
    assert "unsubscribe" not in mail.as_string()


def test_html_reaches_for_nothing_on_other_machines(meeting, sme):
    html = part(invited(sme, meeting), "text/html").get_content()
    assert re.findall(r"<(?:img|script|link|iframe|table)\b|url\(", html) == []


@pytest.mark.parametrize("breaks", ["a\nBcc: x@example.com", "a\r\nb", "\n a \n"])
def test_a_subject_never_holds_a_line_break(meeting, sme, breaks):
    mail = told(sme, meeting, "dialogues/meeting", word=breaks)
    assert "\n" not in mail["Subject"]
    assert mail["Bcc"] is None


@hypothesis.settings(deadline=None, max_examples=50)
@hypothesis.given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=100))
def test_whatever_her_name_the_mail_goes_to_her_alone(name):
    mail = mails.Mail(subject="x", body="x", to=[mails.to_header(Address("ana@example.com", "en", name=name))])
    read_back = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)
    assert [address.addr_spec for address in read_back["To"].addresses] == ["ana@example.com"]


def test_two_people_never_share_a_link(meeting):
    links = {told(UserFactory(), meeting, "dialogues/meeting", word="x")["List-Unsubscribe"] for _ in range(3)}
    assert len(links) == 3
