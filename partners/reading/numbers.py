"""Numbers as people write them in the four languages: 20,000 · 20 000 · 20 mil · fifty thousand · 五萬 · 1.5 億."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_GROUPS = "[,.'’ \u00a0\u202f\u2009]"
_DIGITS = re.compile(rf"(?<![\w.,])\d{{1,3}}(?:({_GROUPS})\d{{3}})(?:\1\d{{3}})*(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?")
#: What multiplies the number before it.
_SCALES = {
    "k": 1_000, "mil": 1_000, "mille": 1_000, "thousand": 1_000, "millier": 1_000, "milliers": 1_000,
    "million": 10**6, "millions": 10**6, "millón": 10**6, "millon": 10**6, "millones": 10**6,
    "milliard": 10**9, "milliards": 10**9, "billion": 10**9,
    "千": 1_000, "萬": 10**4, "万": 10**4, "百萬": 10**6, "百万": 10**6, "千萬": 10**7, "億": 10**8, "亿": 10**8,
}  # fmt: skip
_SCALE = re.compile(
    r"\s?(百萬|百万|千萬|[千萬万億亿])|[ \u00a0\u202f](mil|mille|thousand|milliers?|millions?|mill[oó]n(?:es)?"
    r"|milliards?|billion)\b|(k)\b(?![- ]?[Ww])",
    re.IGNORECASE,
)
_WORDS: dict[str, int] = {}
for _row in (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete",
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
):
    _WORDS.update({word: value for value, word in enumerate(_row.split(), start=1)})
_WORDS |= {
    "una": 1, "une": 1, "eighteen": 18, "nineteen": 19, "dieciocho": 18, "diecinueve": 19,
    "veintiún": 21, "veintiuno": 21, "veintidós": 22, "veintitrés": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiséis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300, "cuatrocientos": 400,
    "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600, "seiscientas": 600,
    "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800, "novecientos": 900,
    "novecientas": 900, "ciento": 100, "cien": 100,
}  # fmt: skip
for _row in (
    "twenty thirty forty fifty sixty seventy eighty ninety",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "vingt trente quarante cinquante soixante",
):
    _WORDS.update({word: value * 10 for value, word in enumerate(_row.split(), start=2)})
_HUNDREDS = {"hundred": 100, "cent": 100, "cents": 100}
_BIG = {word: value for word, value in _SCALES.items() if word == "millón" or (word.isascii() and word != "k")}
_JOINS = {"and", "y", "et"}
#: Alone these are articles or pronouns.
_ARTICLES = {"un", "una", "une", "uno", "one", "once"}
_WORD = re.compile(r"[^\W\d_]+")
_HAN_DIGITS = {c: value for value, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "兩": 2, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000}
_HAN_BIG = {"萬": 10**4, "万": 10**4, "億": 10**8, "亿": 10**8}
_HAN = re.compile("[〇零一二兩两三四五六七八九十百千萬万億亿]+")
#: Longer runs of digits are telephone or registration numbers.
_LONGEST = 15


@dataclass(frozen=True)
class Amount:
    """A number and where it stands in the text."""

    value: Decimal
    start: int
    end: int


def amounts(text: str, language: str) -> list[Amount]:
    """Every number of the text in order, none inside another. Never raises."""
    found: list[Amount] = []
    for amount in sorted(_every(text, language), key=lambda amount: (amount.start, -amount.end)):
        if not found or amount.start >= found[-1].end:
            found.append(amount)
    return found


def _every(text: str, language: str) -> Iterator[Amount]:
    for match in _DIGITS.finditer(text):
        if len(match[0]) > _LONGEST or not _plain(match[0]):
            continue
        value, end = _decimal(match[0], language), match.end()
        if scale := _SCALE.match(text, end):
            value *= _SCALES[next(group for group in scale.groups() if group).lower()]
            end = scale.end()
        yield Amount(value, match.start(), end)
    yield from _han_numbers(text)
    if language != "zh-hant":
        yield from _worded(text)


def _plain(digits: str) -> bool:
    """Whether its digits are ASCII ones; \\d also finds those of other scripts, which nobody groups by three here."""
    return all(c.isascii() for c in digits if c.isdigit())


def _decimal(written: str, language: str) -> Decimal:
    """20,000 · 20.000,5 · 1 500 · 3.5 · 3,5: a mark before exactly three digits groups, except where it cannot."""
    marks = [c for c in written if not c.isdigit()]
    if not marks:
        return Decimal(written)
    first, last = marks[0], marks[-1]
    if len(marks) == 1 and not _groups(written, first, language):
        return Decimal(written.replace(first, "."))
    if first != last:
        whole, _mark, rest = written.rpartition(last)
        return Decimal(f"{''.join(c for c in whole if c.isdigit())}.{rest}")
    return Decimal("".join(c for c in written if c.isdigit()))


def _groups(written: str, mark: str, language: str) -> bool:
    """Whether the only mark of a number groups thousands; 2.400 does so in Spanish and French only."""
    whole, _mark, rest = written.partition(mark)
    if len(rest) != len("000") or whole.startswith("0"):
        return False
    return mark != "." or language in {"es", "fr"}


def _worded(text: str) -> Iterator[Amount]:
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        word = match[0].lower()
        number = word in _WORDS or word in _HUNDREDS or word in _BIG
        joins = bool(run) and word in _JOINS
        near = not run or len(text[run[-1].end() : match.start()].strip(" -\u00a0")) == 0
        if (number or joins) and near:
            run.append(match)
            continue
        yield from _said(run)
        run = [match] if number else []
    yield from _said(run)


def _said(run: list[re.Match[str]]) -> Iterator[Amount]:
    while run and run[-1][0].lower() in _JOINS:
        run = run[:-1]
    words = [match[0].lower() for match in run]
    if words and set(words) - _ARTICLES - _JOINS and words != ["mil"]:
        yield Amount(Decimal(_sum(words)), run[0].start(), run[-1].end())


def _sum(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word in _BIG:
            total, part = total + (part or 1) * _BIG[word], 0
        elif word in _HUNDREDS:
            part = (part or 1) * _HUNDREDS[word] if part < _HUNDREDS["cent"] else part + _HUNDREDS["cent"]
        elif word == "vingt" and part % 100 == 4:  # noqa: PLR2004 -- quatre-vingt
            part += 76
        elif word not in _JOINS:
            part += _WORDS[word]
    return total + part


def _han_numbers(text: str) -> Iterator[Amount]:
    for match in _HAN.finditer(text):
        # 一 alone, 千 or 萬 after digits and single units are words or belong to the number before.
        if any(c in _HAN_DIGITS or c == "十" for c in match[0]) and len(match[0]) <= _LONGEST:
            yield Amount(Decimal(_han(match[0])), match.start(), match.end())


def _han(written: str) -> int:
    """二十三萬五千 is 235,000; 三〇〇 is 300."""
    if all(c in _HAN_DIGITS for c in written):
        return int("".join(str(_HAN_DIGITS[c]) for c in written))
    total = part = digit = 0
    for c in written:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_UNITS:
            part, digit = part + (digit or 1) * _HAN_UNITS[c], 0
        else:
            total, part, digit = (total + part + digit or 1) * _HAN_BIG[c], 0, 0
    return total + part + digit
