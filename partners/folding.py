"""Names of organizations as they are compared with a screening list: spelling, script and legal form matter less.

Everything ends up as small Latin letters and digits without spaces, because PostgreSQL's trigrams see nothing else in
every locale. A name in another script has one form in which each character stands as three letters of its own, so that
it is compared with names in the same script; a Chinese name has besides it its Mandarin reading (Hanyu Pinyin), so that
it is compared with names written in Latin letters. The reading needs the package ``pypinyin`` (MIT); without it a
system check says what is missing, and names are still compared within their script. Other romanizations of Chinese,
such as those usual in Taiwan, are not read.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from portal.search.text import fold

#: Longer names are compared by their beginning.
LONGEST = 160

_READER = "pypinyin"
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_APART = re.compile(r"[^\w]+|_")

#: Legal forms and words of their kind that stand anywhere, in English, Spanish, French and as lists write them.
_ANYWHERE = frozenset({
    "inc", "incorporated", "ltd", "limited", "llc", "llp", "lllp", "plc", "gmbh", "kg", "sarl", "srl", "sas", "sasu",
    "eurl", "sapi", "sab", "rl", "cv", "ltda", "ltee", "limitee", "enr", "sadecv", "bv", "nv", "oy", "ooo", "oao",
    "zao", "pao", "jsc", "ojsc", "cjsc", "pjsc", "pte", "pty", "sdn", "bhd", "kk", "corp", "corporation",
    "incorporada",
})  # fmt: skip
#: The same at the end alone: elsewhere they may be a word of the name.
_AT_END = frozenset({
    "co", "company", "sa", "sl", "sc", "spa", "ag", "ab", "as", "cie", "compagnie", "cia", "compania", "limitada",
    "anonima", "sociedad", "societe", "anonyme", "group", "grupo", "groupe", "holding", "holdings", "de", "c", "v",
    "s", "a", "r", "l",
})  # fmt: skip
_BETWEEN = frozenset({"and", "y", "et", "e", "the"})
#: In Chinese, folded to simplified characters; the longest first.
_HAN_FORMS = (
    "股份有限公司",
    "有限责任公司",
    "责任有限公司",
    "集团有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "分公司",
    "公司",
    "集团",
    "企业社",
    "商行",
    "工作室",
)
#: The same in pinyin, at the end of a name written without spaces.
_PINYIN_FORMS = re.compile(r"(?:jituan)?(?:gufen)?(?:youxian)?(?:zeren)?(?:fen)?gongsi$|jituan$")
#: Each character beyond ASCII as three of these: multiplied by a number without a factor in common with 36³, so that
#: neighbours in the code table look nothing alike.
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SPREAD, _CODES = 25717, len(_DIGITS) ** 3


def forms(name: str) -> frozenset[str]:
    """The forms of a name to compare: one, and a second for a name with Chinese characters. Empty for no letters."""
    folded = fold(name.replace("’", "'").replace("'", ""))[: 2 * LONGEST]
    found = {_coded(_bare(_without_han_forms(folded)))}
    if _HAN.search(folded) and has_reader():
        found.add(_without_pinyin_forms(_latin(_bare(_read(_without_han_forms(folded))))))
    elif folded.isascii():
        found = {_without_pinyin_forms(form) for form in found}
    return frozenset(form[:LONGEST] for form in found if form)


def has_reader() -> bool:
    """Whether Chinese names can be read as pinyin."""
    return find_spec(_READER) is not None


@cache
def _reader() -> Callable[..., list[str]]:
    return import_module(_READER).lazy_pinyin


def _read(text: str) -> str:
    """Each run of Chinese characters as one word of pinyin, the rest as it is."""
    words = (word if _HAN.search(word) is None else f" {word} " for word in _reader()(text, v_to_u=True))
    return "".join(words)


def _bare(folded: str) -> str:
    """The words without legal forms, put together; all of them when nothing else is left."""
    words = [word for word in _APART.split(folded) if word]
    kept = [word for word in words if word not in _ANYWHERE and word not in _BETWEEN]
    while len(kept) > 1 and kept[-1] in _AT_END:
        kept.pop()
    return "".join(kept or words)


def _without_han_forms(folded: str) -> str:
    for form in _HAN_FORMS:
        shorter = folded.replace(form, " ")
        folded = shorter if shorter.strip() else folded
    return folded


def _without_pinyin_forms(form: str) -> str:
    return _PINYIN_FORMS.sub("", form) or form


def _latin(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text)
    return "".join(c for c in marked if c.isascii() and c.isalnum())


def _coded(text: str) -> str:
    return "".join(c if c.isascii() else _code(c) for c in text if c.isalnum())


def _code(character: str) -> str:
    number = ord(character) * _SPREAD % _CODES
    first, rest = divmod(number, len(_DIGITS) ** 2)
    return _DIGITS[first] + _DIGITS[rest // len(_DIGITS)] + _DIGITS[rest % len(_DIGITS)]
