"""Two writers' changes to one text, brought together or refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.merging import merge


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("one\n\ntwo", "ONE\n\ntwo", "one\n\nTWO", "ONE\n\nTWO"),
        ("- a\n- b", "- a!\n- b", "- a\n- b!", "- a!\n- b!"),  # neighbouring lines
        ("a\nb\nc", "b\nc", "a\nb\nc\nd", "b\nc\nd"),  # one takes out, the other puts in
        ("a\nb", "a\nx\nb", "a\nx\nb", "a\nx\nb"),  # the same change twice
        ("開幕\n\n通關", "開幕致詞\n\n通關", "開幕\n\n通關便捷化", "開幕致詞\n\n通關便捷化"),
        ("a", "b", "c", None),
        ("a\nb", "a\nx\nb", "a\ny\nb", None),  # two lines for the same gap: people say which comes first
        ("", "mine", "theirs", None),
        ("a\nb\nc", "a\nc", "a\nB\nc", None),  # one takes out what the other rewrites
    ],
)
def test_changes_of_different_lines_are_brought_together_and_others_refused(base, mine, theirs, merged):
    assert merge(base, mine, theirs) == merged
    assert merge(base, theirs, mine) == merged


texts = st.lists(st.sampled_from(["a", "b", "c", "", "甲", "- x"]), max_size=8).map("\n".join)


@given(base=texts, mine=texts, theirs=texts)
def test_who_changed_nothing_gets_the_others_text_and_the_order_of_saving_does_not_matter(base, mine, theirs):
    assert merge(base, mine, base) == mine
    assert merge(base, base, theirs) == theirs
    assert merge(base, mine, mine) == mine
    assert merge(base, mine, theirs) == merge(base, theirs, mine)


@st.composite
def edits(draw):
    """A text of distinct lines, and for each line which of two writers changes it, if any, and how."""
    count = draw(st.integers(1, 12))
    base, mine, theirs, expected = [], [], [], []
    for number in range(count):
        line = f"line {number}"
        who = draw(st.sampled_from(["nobody", "me", "them"]))
        new = draw(st.sampled_from([[], [f"new {number}"], [f"new {number}", f"more {number}"]]))
        # A line that nobody touches stands between any two that are edited, as between paragraphs.
        base += [line, f"between {number}"]
        mine += [*(new if who == "me" else [line]), f"between {number}"]
        theirs += [*(new if who == "them" else [line]), f"between {number}"]
        expected += [*([line] if who == "nobody" else new), f"between {number}"]
    return tuple("\n".join(lines) for lines in (base, mine, theirs, expected))


@given(edits())
def test_whatever_two_writers_do_to_different_paragraphs_both_are_kept(edited):
    base, mine, theirs, expected = edited

    assert merge(base, mine, theirs) == expected


@given(base=texts, mine=texts, theirs=texts)
def test_nothing_that_either_put_in_is_ever_missing_from_what_is_brought_together(base, mine, theirs):
    merged = merge(base, mine, theirs)

    if merged is not None:
        known = set(base.split("\n"))
        put_in = (set(mine.split("\n")) | set(theirs.split("\n"))) - known
        assert put_in <= set(merged.split("\n"))
        assert set(merged.split("\n")) <= known | put_in


def test_the_longest_texts_are_compared_in_no_time():
    base = "\n" * 60_000
    began = time.monotonic()

    merge(base, "a" + base[1:], base[1:] + "b")

    assert time.monotonic() - began < 5
