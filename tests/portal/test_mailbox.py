"""The page where the demonstration's mails can be read."""

import gc

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

pytestmark = [
    pytest.mark.django_db,
    # The library leaves the files of attachments for the garbage collector to close.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


@pytest.fixture(autouse=True)
def left_files_are_closed():
    """Here, where it is known of, and not in whatever test runs when the collector comes by."""
    yield
    gc.collect()


@pytest.fixture
def letter(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_BACKEND = "django_mail_viewer.backends.database.backend.EmailBackend"
    mail = EmailMultiAlternatives(
        "A session was scheduled", "Plain words", to=["sara@example.com"], headers={"Message-ID": "<one@portal>"}
    )
    mail.attach_alternative("<style>p{color:teal}</style><p>Rich words</p>", "text/html")
    mail.attach_alternative("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST")
    mail.attach("invite.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    mail.send()


def test_the_mailbox_lists_every_mail(client, letter):
    page = client.get(reverse("mail_viewer_list")).content.decode()
    assert "A session was scheduled" in page
    assert "sara@example.com" in page


def test_an_empty_mailbox_says_what_will_be_there(client, settings):
    settings.EMAIL_BACKEND = "django_mail_viewer.backends.database.backend.EmailBackend"
    assert "No mail yet" in client.get(reverse("mail_viewer_list")).content.decode()


def test_a_mail_shows_its_text_its_html_and_its_attachments(client, letter):
    page = client.get(reverse("mail_viewer_detail", args=["one@portal"]))
    text = page.content.decode()
    assert "Plain words" in text
    assert reverse("mail-html", args=["one@portal"]) in text
    assert "invite.ics" in text
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    attachment = client.get(reverse("mail_viewer_attachment", args=["one@portal", 0]))
    assert b"".join(attachment).startswith(b"BEGIN:VCALENDAR")


def test_the_html_of_a_mail_may_use_its_own_style_and_nothing_else(client, letter):
    page = client.get(reverse("mail-html", args=["one@portal"]))
    assert "Rich words" in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy


def test_a_mail_that_is_not_there_has_no_html(client, letter):
    assert client.get(reverse("mail-html", args=["two@portal"])).status_code == 404


def test_no_page_of_the_mailbox_asks_another_host_for_anything(client, letter):
    for address in (reverse("mail_viewer_list"), reverse("mail_viewer_detail", args=["one@portal"])):
        text = client.get(address).content.decode()
        assert "unpkg" not in text
        assert "style=" not in text
        assert "onclick" not in text
