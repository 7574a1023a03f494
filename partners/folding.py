"""Names of organizations as they are compared with a screening list: spelling, script and legal form matter less.

Everything ends up as small Latin letters and digits without spaces, because PostgreSQL's trigrams see nothing else in
every locale. A name in another script has one form in which each character stands as three letters of its own, so that
it is compared with names in the same script; a Chinese name has besides it its Mandarin reading (Hanyu Pinyin), so that
it is compared with names written in Latin letters. The reading needs the package ``pypinyin`` (MIT); without it a
system check says what is missing, and names are still compared within their script.

Beside the whole name stands its core: without words that many firms carry (trading, international, 科技). Two names
that only share such words are not alike. Other romanizations of Chinese,
such as those usual in Taiwan, are not read.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

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
#: Words of many firms' names, folded; not part of a core.
_USUAL = frozenset({
    "trading", "trade", "traders", "international", "internacional", "internationale", "industries", "industry",
    "industrial", "industria", "industrias", "industrie", "industriel", "technology", "technologies", "tecnologia",
    "tecnologias", "technologie", "tech", "electronics", "electronic", "electronica", "electronique", "export",
    "exports", "exportadora", "exportaciones", "import", "imports", "importadora", "importaciones", "general",
    "petroleum", "petroleo", "petrole", "oil", "gas", "machinery", "maquinaria", "machines", "logistics",
    "logistica", "logistique", "engineering", "ingenieria", "ingenierie", "aviation", "aviacion", "airlines",
    "marine", "maritime", "maritima", "shipping", "naviera", "transport", "transporte", "transportes", "energy",
    "energia", "energie", "steel", "acero", "acier", "chemical", "chemicals", "quimica", "chimie", "textile",
    "textiles", "food", "foods", "alimentos", "aliments", "services", "service", "servicios", "global", "comercial",
    "comercializadora", "commercial", "commerce", "comercio", "distribuidora", "manufacturing", "manufacturas",
    "products", "productos", "produits", "systems", "sistemas", "systemes", "solutions", "soluciones",
    "construction", "construccion", "construcciones", "enterprise", "enterprises", "empresas", "entreprise",
    "entreprises", "development", "desarrollo", "developpement", "investment", "investments", "inversiones",
    "investissements", "keji", "maoyi", "guoji", "shiye", "dianzi", "jinchukou", "jixie", "gongye", "jishu",
    "fazhan",
})  # fmt: skip
_HAN_USUAL = re.compile("科技|技术|贸易|国际|实业|电子|进出口|机械|工业|发展|企业")
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


class Form(NamedTuple):
    """A name as it is compared, and its core."""

    folded: str
    core: str


def forms(*names: str) -> list[Form]:
    """The forms of these names to compare, each once: one of a name, and a second of a name with Chinese characters.
    Empty when there are no letters."""
    found: dict[str, str] = {}
    for name in names:
        for form in _forms(name):
            core = min(found.get(form.folded, form.core), form.core, key=len)
            found |= {form.folded: core} if form.folded else {}
    return [Form(folded, core) for folded, core in sorted(found.items())]


def _forms(name: str) -> list[Form]:
    folded = fold(name.replace("’", "'").replace("'", ""))[: 2 * LONGEST]
    bare = _without_han_forms(folded)
    core = _HAN_USUAL.sub(" ", bare)
    core = core if core.strip() else bare
    found = [_form(_coded(_bare(bare)), _coded(_bare(core, usual=False)))]
    if _HAN.search(folded) and has_reader():
        found.append(_form(_latin(_bare(_read(bare))), _latin(_bare(_read(core), usual=False))))
    return found


def _form(folded: str, core: str) -> Form:
    folded, core = (_PINYIN_FORMS.sub("", text) or text for text in (folded, core))
    return Form(folded[:LONGEST], (core or folded)[:LONGEST])


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


def _bare(folded: str, *, usual: bool = True) -> str:
    """The words without legal forms and, unless ``usual``, those of many firms, put together; all of them when nothing
    else is left."""
    words = [word for word in _APART.split(folded) if word]
    kept = [word for word in words if word not in _ANYWHERE and word not in _BETWEEN]
    while len(kept) > 1 and kept[-1] in _AT_END:
        kept.pop()
    if not usual:
        kept = [word for word in kept if word not in _USUAL] or kept
    return "".join(kept or words)


def _without_han_forms(folded: str) -> str:
    for form in _HAN_FORMS:
        shorter = folded.replace(form, " ")
        folded = shorter if shorter.strip() else folded
    return folded


def _latin(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text)
    return "".join(c for c in marked if c.isascii() and c.isalnum())


def _coded(text: str) -> str:
    return "".join(c if c.isascii() else _code(c) for c in text if c.isalnum())


def _code(character: str) -> str:
    number = ord(character) * _SPREAD % _CODES
    first, rest = divmod(number, len(_DIGITS) ** 2)
    return _DIGITS[first] + _DIGITS[rest // len(_DIGITS)] + _DIGITS[rest % len(_DIGITS)]
