"""Taking words apart as the thesaurus compares them: tokens, endings, acronyms.

Everything here works on folded text (:func:`portal.search.text.fold`) unless it says "typed". One set of
rules serves English, Spanish and French together, because a query does not say its language. The rules are
therefore shy: they join a plural to its singular and a feminine to its masculine, and little else.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_HAN = "\u3005-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_TOKENS = re.compile(rf"[{_HAN}]|\d+(?:\.\d+)+|[^\W_{_HAN}]+")
_HAN_CHARACTER = re.compile(rf"[{_HAN}]")
#: Latin words as typed, with the dots and strokes inside an acronym.
TYPED_WORDS = re.compile(rf"[^\W_{_HAN}]+(?:[.&/][^\W_{_HAN}]+)*")
_ACRONYM = re.compile(r"[^\W\d_](?:[.&/+-]?[^\W\d_]){1,4}\.?")

# Words that join others: "certificado de origen" is asked for as "certificado origen" too.
_JOINING_WORDS = (
    "a an and at by for from in into my of on or our the to with your "
    "al con de del el en la las los mi mis o para por su sus un una y "
    "au aux avec d dans des du en et l le les mes mon notre nos ou par pour sur un une"
)
_JOINING = frozenset(_JOINING_WORDS.split())
# Small words only without the accent: maïs and té are none.
_SMALL = _JOINING | {"mais", "te"}
# Words of every sentence that an ending makes another one: faire is no fair.
_WHOLE = frozenset({"faire"})

_ORDINARY_WORDS = (
    # three letters and fewer
    "ace act aid aim air ait ale all and any app arc are arm art ask ave bar bid bit bus buy cad can car cas cel cem "
    "con cut dad dec del des dip doc ear eau era etc fab far fas fin fit fix for fue gas get gui has her his hot how "
    "ice ici ide ils its jus key lab law led les lit loi los low mas may mes mia mil moi mol mon mos net new nia "
    "nom non nos not now off oil old one our out own pac pan par pas pat pay pep per pet pie pin pop por pos pro "
    "pub put que ran rap red ref ren rep res rim ris rue run san sap sas see ser ses set she sin sir six sol son "
    "sur tan tap tar tax tea tel the tic tin tip top toy tri tus two una une uni ups use van ver via vin vis war "
    "was way web who why win you zip "
    # longer
    "baba carb care cola cove cross esta essor fide gras index logo mice pape pari reach score siga step tips"
)
#: Acronyms that are ordinary words in one of the languages when typed small.
ORDINARY = frozenset(_ORDINARY_WORDS.split())

#: How close a typed word is to the wording it meets.
SAME, OTHER_NUMBER, SAME_STEM = 1.0, 0.9, 0.6

# A word up to this length has no ending to take off; one from that length on may have a longer one.
_SHORT, _LONG = 3, 6
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Token:
    """A Latin word, a number or one Han character, with its place in the folded text."""

    text: str
    stem: str
    start: int
    end: int
    is_joining: bool


def tokens(folded: str) -> list[Token]:
    """Split a folded text. Han characters come one by one: they are compared without word boundaries."""
    return [
        Token(match[0], stem(match[0]), match.start(), match.end(), match[0] in _JOINING)
        for match in _TOKENS.finditer(folded)
    ]


def is_small(words: Sequence[Token]) -> bool:
    """Whether these are nothing but articles, prepositions and the like, once accents are gone (thé, maïs)."""
    return all(word.text in _SMALL for word in words)


def is_han(text: str) -> bool:
    """Whether ``text`` has a Han (or Japanese, Korean) character."""
    return _HAN_CHARACTER.search(text) is not None


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Return a word without its usual endings: permits → permit, shipping → ship, aduanera → aduaner.

    The result is for comparison only; words of up to three letters and Han stay as they are.
    """
    if len(word) <= _SHORT or word in _WHOLE or word.isdigit() or is_han(word):
        return word
    word = _singular(word)
    if len(word) >= _LONG and word.endswith(("ing", "ed")):
        word = _without_participle(word)
    if len(word) > _SHORT and word.endswith("e"):
        word = word[:-1]
    if len(word) >= _LONG and word.endswith(("a", "o")):
        word = word[:-1]
    if word.endswith("y"):
        word = word[:-1] + "i"
    if len(word) > _SHORT and word[-1] == word[-2]:
        word = word[:-1]
    return word


def likeness(one: str, other: str) -> float:
    """How close two folded words of one stem are: 1 the same, 0.9 singular and plural, else 0.6.

    0 when only a short stem is left of both: "ver" and "verre" have nothing to do with each other.
    """
    if one == other:
        return SAME
    if _numbers(one) & _numbers(other):
        return OTHER_NUMBER
    return SAME_STEM if len(stem(one)) > _SHORT else 0.0


def is_acronym(text: str) -> bool:
    """Whether ``text``, as written, is an acronym of two to five letters: EV, DoC, R&D, U.S., but not Ford."""
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return bool(_ACRONYM.fullmatch(text)) and capitals >= _LEAST_LETTERS and len(letters) - capitals <= 1


def in_capitals(typed: str) -> frozenset[str]:
    """The words of a typed query that stand in capitals, in small letters and without dots.

    A query all in capitals says nothing about any word of it, unless it is made of short ones only.
    """
    words = TYPED_WORDS.findall(typed)
    if typed.isupper() and any(len(word) >= _LONG and word.isalpha() for word in words):
        return frozenset()
    # In "DoC" and "IoT" one letter is small.
    return frozenset(re.sub(r"[.&/]", "", word).lower() for word in words if word.isupper() or is_acronym(word))


def as_written(typed: str) -> frozenset[str]:
    """The words of a typed query with their accents, in small letters."""
    return frozenset(word.lower() for word in TYPED_WORDS.findall(unicodedata.normalize("NFC", typed)))


def _singular(word: str) -> str:
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux") and len(word) > len("aux") + 1:
        return word[:-2] + "l"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _numbers(word: str) -> set[str]:
    """A word with what its singular may be: taxes, taxe, tax; wine is no plural of win."""
    numbers = {word, _singular(word)}
    if word.endswith("es"):
        numbers.add(word[:-2])
    if word.endswith("ies"):
        numbers.add(f"{word[:-3]}y")
    return numbers


def _without_participle(word: str) -> str:
    base = word.removesuffix("ing").removesuffix("ed")
    return base if len(base) >= _SHORT and re.search(r"[aeiouy]", base) else word
