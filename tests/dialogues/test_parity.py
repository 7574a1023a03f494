"""What differs between the languages of one text."""

import pytest

from dialogues import parity
from dialogues.parity import Kind
from tests.factories.dialogues import CommitmentFactory, MinutesFactory, MinutesSectionFactory


def kinds(**by_code):
    return [
        finding.kind for finding in parity.compare({code.replace("_", "-"): text for code, text in by_code.items()})
    ]


def test_a_text_in_one_language_only_is_missing_in_the_others():
    (finding,) = parity.compare({"en": "Said.", "es": " ", "fr": ""})

    assert (finding.kind, finding.languages) == (Kind.MISSING, ["es", "fr"])
    assert parity.compare({"en": "", "es": ""}) == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("The Parties met on 14 May 2027.", "雙方於2027年5月14日會面。"),
        ("- one\n- two", "- 一\n- 二"),
        ("## Opening\n\nWelcome.", "## 開幕\n\n歡迎。"),
        ("It rose by 12.5% to 1,250,000.", "成長12.5%,達到1,250,000。"),
        ("See https://example.org/2027/report", "見 https://example.org/2026/baogao"),
        ("Agreed ３ points.", "同意3點。"),
    ],
)
def test_texts_that_say_the_same_have_no_findings(english, chinese):
    assert kinds(en=english, zh_hant=chinese) == []


def test_each_language_groups_digits_its_own_way():
    assert kinds(en="1,250,000 firms, 3.5%", fr="1 250 000 entreprises, 3,5 %", es="1.250.000 empresas, 3,5 %") == []


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("## A\n\n## B", "## A", Kind.HEADINGS),
        ("- a\n- b\n- c", "- a\n- b", Kind.ITEMS),
        ("Due in 30 days.", "Dans 60 jours.", Kind.NUMBERS),
        ("word " * 60, "mot " * 20, Kind.LENGTH),
    ],
)
def test_what_is_unequal_is_named(one, other, kind):
    assert kinds(en=one, fr=other) == [kind]


def test_a_han_text_of_a_third_of_the_length_is_no_shorter():
    assert kinds(en="The Parties agreed to work on customs. " * 6, zh_hant="雙方同意就通關事宜共同努力。" * 6) == []


def test_numbers_are_named_where_they_stand_alone():
    (finding,) = parity.compare({"en": "By 3 and 14", "es": "Por 3 y 15", "fr": "Par 3"})

    assert finding.said == {"en": ["14"], "es": ["15"], "fr": []}


@pytest.mark.django_db
def test_sections_decisions_and_commitments_are_compared_and_each_finding_says_where(us, tw):
    minutes = MinutesFactory(text_en="", text_zh_hant="")
    section = MinutesSectionFactory(minutes=minutes, text_en="Said.", text_zh_hant="")
    even = MinutesSectionFactory(minutes=minutes, text_en="Said.", text_zh_hant="說。")
    promise = CommitmentFactory(session=minutes.session, text_en="Do it.", text_zh_hant="")
    CommitmentFactory(session=minutes.session, text_en="Out already.", published=True)

    found = parity.check(minutes)

    assert [(finding.kind, finding.where) for finding in found] == [(Kind.MISSING, section), (Kind.MISSING, promise)]
    assert even not in [finding.where for finding in found]
