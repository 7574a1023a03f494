"""Which words were meant by misspelt ones: "did you mean".

A word is misspelt when neither the texts nor the thesaurus know it, in any of its endings. It is then compared
with the words of both. Chinese words are compared with the names in the thesaurus alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from portal.search import searched, thesaurus
from portal.search.searched import Searched
from portal.search.silence import SILENT
from portal.search.text import COLUMNS, MAX_QUERY, fold
from portal.search.vocabulary import Word
from portal.search.wording import is_han, stem

MIN_LETTERS, MAX_LETTERS = 4, 24
#: Words this long may be two slips away from what was meant.
LONG = 8
MAX_COMPARED = 8
#: Of a large table the newest rows tell the words well enough, and a word of one row may itself be a slip.
MAX_ROWS, MANY_ROWS, MAX_WORDS = 20_000, 5_000, 40_000

_WORDS = re.compile(r"\w+")
_HAN_WINDOWS = (6, 5, 4)
_PAIR = 2
_JOINING_HAN = frozenset("和与及或的")


@dataclass(frozen=True)
class Candidate:
    text: str
    written: str
    language: str
    count: int


def correct(words: str, *, language: str = "") -> str:
    """The query with its misspelt words put right, or "" when nothing better is known.

    ``language`` is the reader's: of two words as near, hers is taken. Everything but the misspelt words stays as
    typed. At most one statement, and only for words that the thesaurus does not know.
    """
    typed = words.replace("\0", " ").encode("utf-8", "ignore").decode()[:MAX_QUERY]
    meant = _misspelt_latin(typed, language)
    right = _WORDS.sub(lambda match: meant.get(fold(match[0]).strip(), match[0]), typed) if meant else typed
    right = _with_right_han(right)
    return "" if right == typed else right


def refresh() -> int:
    """Read anew which words the texts have; return how many. For a task: it takes seconds."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in searched.declared():
        for language in entry.written:
            for written, count in [*_words_of(entry, language), *_pairs_of(entry, language)]:
                counts[fold(written), language, written] += count
    found: dict[tuple[str, str], Word] = {}
    for (text, language, written), count in counts.most_common():
        if _is_word(text):
            word = found.setdefault((text, language), Word(text=text, language=language, written=written, count=0))
            word.count += count
    with transaction.atomic():
        Word.objects.all().delete()
        Word.objects.bulk_create(found.values(), batch_size=5000)
    return len(found)


def distance(one: str, other: str) -> int:
    """In how many letters two words differ: one more, less or other, or two neighbours exchanged, counts as one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _misspelt_latin(typed: str, language: str) -> dict[str, str]:
    """The misspelt words, folded, with what they are taken for."""
    spelling = thesaurus.current().spelling
    words = dict.fromkeys(fold(word).strip() for word in _WORDS.findall(typed))
    doubtful = [word for word in words if _is_doubtful(word) and not spelling.knows(word)][:MAX_COMPARED]
    if not doubtful:
        return {}
    alike = _alike(doubtful)
    found = {}
    for word in doubtful:
        others = alike.get(word, [])
        if not any(stem(other.text) == stem(word) for other in others):
            found[word] = _best(word, others, language) or _by_thesaurus(word, language)
    return {word: meant for word, meant in found.items() if meant}


def _is_word(text: str) -> bool:
    """Latin words, and pairs of Han characters as the index has them."""
    if is_han(text):
        return len(text) == _PAIR
    return text.isascii() and text.isalpha() and MIN_LETTERS <= len(text) <= MAX_LETTERS


def _is_doubtful(word: str) -> bool:
    return MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isalpha() and word.isascii() and word not in SILENT


def _by_thesaurus(word: str, language: str) -> str:
    spelling = thesaurus.current().spelling
    near = (spelling.near(word, language) if language else []) or spelling.near(word)
    return next((other.text for other in near if _is_slip(word, other.folded) and not other.text.isupper()), "")


def _is_slip(word: str, other: str) -> bool:
    """Whether one may be typed for the other by mistake: not another ending, and seldom another beginning."""
    shared = next(
        (at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
    )
    if shared >= max(len(word), len(other)) - 2 and word[-1] != other[-1]:
        return False
    return word[0] == other[0] or len(word) >= LONG


def _with_right_han(typed: str) -> str:
    """Put right one character inside a name of four to six: 雇主是別號碼 for 雇主識別號碼."""
    expansion = thesaurus.expand(typed)
    folded = expansion.folded
    if len(folded) != len(typed) or not is_han(folded):
        return typed
    known = {at for match in expansion.matches for at in range(*match.span)}
    proposals = list(
        _han_proposals(folded, known, {at for m in expansion.matches if m.is_place for at in range(*m.span)})
    )
    stand = _pairs_that_stand({pair for _start, at, _name in proposals for pair in _pairs_around(folded, at)})
    for start, at, name in proposals:
        if not stand.intersection(_pairs_around(folded, at)):
            return typed[:start] + name + typed[start + len(name) :]
    return typed


def _han_proposals(folded: str, known: set[int], places: set[int]) -> Iterator[tuple[int, int, str]]:
    """Names one character away from a stretch of the query: where it begins, the wrong character, the name.

    The wrong character belongs to no known word, and neither does all the rest: or each word would draw the
    character after it into a longer name.
    """
    spelling = thesaurus.current().spelling
    for size in _HAN_WINDOWS:
        for start in range(len(folded) - size + 1):
            window, at = folded[start : start + size], set(range(start, start + size))
            if not all(map(is_han, window)) or at & places or len(at - known) < _PAIR:
                continue
            for near in spelling.near(window):
                wrong = [start + i for i in range(size) if near.folded[i : i + 1] != window[i]]
                if (
                    len(near.folded) == len(near.text) == size
                    and folded[wrong[0]] not in _JOINING_HAN
                    and wrong[0] not in known
                ):
                    yield start, wrong[0], near.text


def _pairs_around(folded: str, at: int) -> set[str]:
    pairs = (folded[start : start + 2] for start in (at - 1, at) if start >= 0)
    return {pair for pair in pairs if len(pair) == _PAIR and all(map(is_han, pair))}


def _pairs_that_stand(pairs: set[str]) -> set[str]:
    """Those of these pairs of characters that the texts have: they are no slip."""
    return set(Word.objects.filter(text__in=pairs).values_list("text", flat=True)) if pairs else set()


def _alike(words: Sequence[str]) -> dict[str, list[Candidate]]:
    """The words of the texts that share letters with these; one statement on the trigram index."""
    found: dict[str, list[Candidate]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT asked, word.text, word.written, word.language, word.count FROM unnest(%s::text[]) AS asked
                JOIN {Word._meta.db_table} word ON word.text %% asked""",  # noqa: S608 -- the table's own name
            [list(words)],
        )
        for asked, *values in cursor.fetchall():
            found.setdefault(asked, []).append(Candidate(*values))
    return found


def _best(word: str, candidates: Iterable[Candidate], language: str) -> str:
    allowed = 2 if len(word) >= LONG else 1
    steps = {other.text: distance(word, other.text) for other in candidates}
    near = [other for other in candidates if steps[other.text] <= allowed and _is_slip(word, other.text)]
    if not near:
        return ""
    # The first letter is the one that people get right.
    best = min(
        near,
        key=lambda other: (
            steps[other.text],
            other.text[0] != word[0],
            other.language != language,
            -other.count,
            other.text,
        ),
    )
    return best.written


def _words_of(entry: Searched, language: str) -> list[tuple[str, int]]:
    columns = ", ".join(map(connection.ops.quote_name, entry.written[language]))
    pattern = f"^[[:alpha:]]{{{MIN_LETTERS},{MAX_LETTERS}}}$"
    return _counted(entry, f"to_tsvector('simple', concat_ws(' ', {columns}))", pattern)


def _pairs_of(entry: Searched, language: str) -> list[tuple[str, int]]:
    return _counted(entry, COLUMNS[language], "^[^[:ascii:]]{2}$")


def _counted(entry: Searched, vector: str, pattern: str) -> list[tuple[str, int]]:
    table, key = entry.model._meta.db_table, str(entry.model._meta.pk.column)
    name = connection.ops.quote_name
    rows = f"SELECT {vector} FROM {name(table)} ORDER BY {name(key)} DESC LIMIT {MAX_ROWS}"  # noqa: S608 -- own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM {name(table)} LIMIT {MANY_ROWS}) AS few")  # noqa: S608
        at_least = 2 if cursor.fetchone()[0] >= MANY_ROWS else 1
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat(%s) WHERE word ~ %s AND ndoc >= %s ORDER BY ndoc DESC LIMIT %s",
            [rows, pattern, at_least, MAX_WORDS],
        )
        return cursor.fetchall()
