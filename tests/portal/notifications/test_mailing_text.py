"""What a message to many may say, and which of its languages a reader gets."""

import pytest
from django.core.exceptions import ValidationError

from portal.notifications import mailing_text
from portal.notifications.mailing_text import Text
from portal.notifications.models import MailingText


def refusal(*texts):
    with pytest.raises(ValidationError) as caught:
        mailing_text.check(dict(texts))
    return caught.value.code


def test_what_is_left_empty_is_no_text_and_what_is_written_is_tidied():
    kept = mailing_text.check(
        {"en": Text(" New  room ", "One  \r\n\r\nTwo\n\n"), "es": Text(" ", "\n"), "fr": Text("", "")}
    )
    assert kept == {"en": Text("New room", "One\n\nTwo")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (Text("", ""), "text"),
        (Text("New room", ""), "half"),
        (Text("", "We meet in room 5."), "half"),
        (Text("x" * 151, "y"), "long"),
        (Text("x", "y" * 10_001), "long"),
        (Text("Map", "![map](https://example.com/map.png)"), "image"),
        (Text("Room", "<b>Room 5</b>"), "tags"),
        (Text("Room", 'See <a href="https://example.com">this</a>'), "tags"),
        (Text("Room", "Before <!-- after -->"), "tags"),
        (Text("<i>Room</i>", "Room 5"), "tags"),
        (Text("Room", "[agenda](/en/dialogues/)"), "link"),
        (Text("Room", "[agenda](agenda.html)"), "link"),
        (Text("Room", "[agenda](ftp://example.com/x)"), "link"),
        (Text("Room", "[agenda](https:///x)"), "link"),
    ],
)
def test_what_a_mail_cannot_show_is_refused(text, code):
    assert refusal(("en", text)) == code


@pytest.mark.parametrize(
    "body",
    [
        "Fewer than < 5 > people",
        "Write to <office@example.com> or see <https://example.com/agenda>.",
        "[write](mailto:office@example.com), [call](tel:+15550100), [see](https://example.com/a?b=c#d)",
        "Type `<b>` for bold\n\n    <p>as code</p>",
        "1. One\n2. **Two**\n\n> Three",
    ],
)
def test_plain_markdown_passes(body):
    assert mailing_text.check({"en": Text("Room", body)})["en"].body == body


def test_a_dangerous_scheme_is_no_link_at_all():
    assert mailing_text.links("[x](javascript:alert(1)) [y](https://example.com)") == ["https://example.com"]


def test_a_refusal_names_its_language():
    with pytest.raises(ValidationError, match="French: write a subject and a text"):
        mailing_text.check({"en": Text("Room", "Room 5"), "fr": Text("Salle", "")})


def test_readers_get_their_language_or_the_named_one():
    texts = [MailingText(language=code, subject=code) for code in ("es", "en")]
    assert [mailing_text.chosen(texts, "en", code).language for code in ("en", "zh-hant", "es", "fr")] == [
        "en",
        "en",
        "es",
        "en",
    ]
