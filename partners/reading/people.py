"""What a text says of people: languages they speak, how many work there, who owns the firm."""
# ruff: noqa: E501 -- a pattern per thing, on one line, can be compared with the next

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from partners.models.profiles import Ownership, Size
from partners.reading.numbers import amounts


@dataclass(frozen=True)
class Said:
    """A code found in a text; ``value`` may hold alternatives joined by " | "."""

    value: str
    start: int
    end: int


#: How each language is called in the four.
_TONGUES = {
    "en": "English|ingl[eé]s|anglais|英[文語]",
    "zh-hant": "Mandarin|Chinese|mandar[ií]n|chino|chinois|中文|華語|國語|(?:traditional )?Chinese|繁體中文|漢語",
    "es": "Spanish|espa[nñ]ol|castellano|espagnol|西(?:班牙)?[文語]",
    "fr": "French|franc[eé]s|français|法[文語]",
    "ja": "Japanese|japon[eé]s|japonais|日[文語]",
    "ko": "Korean|coreano|coréen|韓[文語]",
    "de": "German|alem[aá]n|allemand|德[文語]",
    "pt": "Portuguese|portugu[eé]s|portugais|葡(?:萄牙)?[文語]",
    "vi": "Vietnamese|vietnamita|vietnamien|越(?:南)?[文語]",
    "th": "Thai|tailandés|thaï|泰[文語]",
    "id": "Indonesian|indonesio|indonésien|印尼[文語]",
    "ar": "Arabic|[aá]rabe|阿拉伯[文語]",
}
_TONGUE = "|".join(f"(?P<l{i}>{words})" for i, words in enumerate(_TONGUES.values()))
_CODES = list(_TONGUES)
#: From here on the characters of Chinese, Japanese and Korean.
_HAN = "\u2e80"
_ANY = f"(?:{'|'.join(_TONGUES.values())})"
_PHONE = {
    "francophone": "fr",
    "anglophone": "en",
    "hispanophone": "es",
    "hispanohablante": "es",
    "sinophone": "zh-hant",
}
#: A language is spoken, written or served in; without such a word it is a market, a people or a label.
_BEFORE = (
    r"(?:\b(?:in|into|speaks?|speaking|spoken|written|en|de habla|habl\w+|domin\w+|parl\w+|ma[iî]tris\w+|le|languages?(?: are)?:?|idiomas?:?|langues?:?"
    r"|working|fluent|bilingual|bilingües?|bilingue|bil[ií]ngue)\b|[會說講懂通用諳以])"
)
_AFTER = re.compile(
    r"(?:[\s-]*(?:speak\w*|and|or|y|et|ou|o)\b|\s+(?:is|are)\b|[\s-]+(?:staff|support|service|interface|manuals?|customer|documentation|documents|technical|team"
    r"|engineers?|contact|sales|language|training|communication|project|account|after-sales|version)|(?:溝通|服務|客服|介面|說明書|手冊|版本|業務|人員|技術|報告|文件|窗口|能力|聯繫|支援|對口|簡報|教材|操作|員工|團隊))",
    re.IGNORECASE,
)
_SPOKEN = re.compile(rf"(?<![\w])(?:{_TONGUE})(?![a-zà-ÿ])|(?P<phone>{'|'.join(_PHONE)})s?\b", re.IGNORECASE)
_HAN_SPOKEN = re.compile(
    "|".join(
        f"(?P<h{i}>{'|'.join(w for w in words.split('|') if not w[0].isascii() and w[0] >= _HAN)})"
        for i, words in enumerate(_TONGUES.values())
    ).replace("(?P<h0>)|", "")
)
_LEADS = re.compile(
    rf"{_BEFORE}[\s:]*(?:(?:{_ANY}|and|or|simple|fluent|good|technical|traditional|pas|no|ni|only|y|o|et|ou|e|l['’]|le|la|el)[\s,、/-]*)*$",
    re.IGNORECASE,
)
_NEAR = 42
_NOT_SPOKEN = re.compile(r"\b(?:market|food|cuisine|restaurants?|voice (?:data|models?)|customers in)\b", re.IGNORECASE)


def spoken(text: str) -> list[Said]:
    """The languages a text speaks of as spoken or written: "Spanish-speaking staff", "manual en español", 英文窗口."""
    found = [
        Said(_HAN_SHORT[c], match.start() + at, match.start() + at + 1)
        for match in _HAN_BUNDLE.finditer(text)
        for at, c in enumerate(match[1])
    ]
    for code, start, end in sorted(_tongues(text), key=lambda t: t[1]):
        before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
        near = _LEADS.search(before) or _AFTER.match(after) or _han_list(text, start, end)
        if near and not _NOT_SPOKEN.match(after.lstrip()):
            found.append(Said(code, start, end))
    return sorted({(said.start, said.value): said for said in found}.values(), key=lambda said: said.start)


def _tongues(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _SPOKEN.finditer(text):
        if match["phone"]:
            yield _PHONE[match["phone"].lower()], match.start(), match.end()
        else:
            yield _CODES[int((match.lastgroup or "l0")[1:])], match.start(), match.end()
    for match in _HAN_SPOKEN.finditer(text):
        if not (match.start() and text[match.start() - 1].isalnum() and text[match.start() - 1].isascii()):
            index = int((match.lastgroup or "h0")[1:])
            yield _CODES[index], match.start(), match.end()


#: 中英文, 英西語: several languages in one word.
_HAN_BUNDLE = re.compile("([中英西法日韓德]{2,4})(?:雙)?[文語]")
_HAN_SHORT = {"中": "zh-hant", "英": "en", "西": "es", "法": "fr", "日": "ja", "韓": "ko", "德": "de"}


def _han_list(text: str, start: int, end: int) -> bool:
    """Part of a list of languages in Chinese, 英、西語 or 中英文."""
    return text[start] >= _HAN and bool(
        re.match(r"[、及與和或/]|[^，。]{0,8}(?:溝通|說明書|介面|手冊|服務|窗口|能力|文件|版)", text[end:])
    )


_HEADS = (
    r"\s*(?:full-time |permanent |or more |plus |más |o más |ou plus |de )*(?:employees?|workers?|staff(?: members)?|people|persons?|emplead[oa]s|trabajador(?:es|as)|personas|colaborador(?:es|as)"
    r"|employ[ée]s?|salari[ée]s?|personnes|travailleurs|技術人員|名?(?:員工|人員)|人(?!次|份|造|工|名)|位?員工|artisans?|artesanos)"
)
_LEAST = r"(?:at least|no fewer than|no less than|not fewer than|(?<!no )more than|over|minimum(?: of)?|min\.?|al menos|por lo menos|m[aá]s de|como m[ií]nimo|m[ií]nimo(?: de)?|au moins|plus de|minimum(?: de)?|至少|超過|逾|不少於)\s*$"
_MOST = r"(?:at most|(?<!no )(?<!not )fewer than|(?<!no )(?<!not )less than|under|up to|no more than|maximum(?: of)?|menos de|hasta|como m[aá]ximo|m[aá]ximo(?: de)?|moins de|au plus|jusqu'à|少於|不超過|低於|未滿|至多|最多)\s*$"
_BOUNDS = {Size.MICRO: (1, 9), Size.SMALL: (10, 49), Size.MEDIUM: (50, 249), Size.LARGE: (250, 10**9)}
#: "People" may also be guests or users; these say that they work there.
_STAFF = re.compile(
    r"\b(?:team|staff|workforce|employ|crew|workshop|shop|firm|compan|business|taller|empresa|atelier|entreprise|equipo|plantilla|emple|personal|équipe|effectif|emploi|salari)|團隊|員工|規模|公司|本廠|技師|師傅|顧問",
    re.IGNORECASE,
)
#: "A staff of 30" needs no word after it.
_TEAM_OF = re.compile(
    r"\b(?:staff|team|workforce|plantilla|equipo|équipe|effectif) (?:of|de) (?:about |some |around |unas |environ )?$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\s*(?:or more |o más |ou plus |plus |más |de )*(?:people|persons?|personas?|personnes?|人)", re.IGNORECASE
)


def sizes(text: str, language: str) -> list[Said]:
    """Sizes that a text asks for or tells, by heads: "at least 50 employees" is "50-249 | 250+"."""
    found = []
    for amount in amounts(text, language):
        after = re.match(_HEADS, text[amount.end :], re.IGNORECASE)
        after = after or (re.match("", "") if _TEAM_OF.search(text[: amount.start]) else None)
        before, rest = text[max(0, amount.start - 30) : amount.start], text[amount.end :]
        if not after or amount.value < 1 or before.endswith("第"):
            continue
        if _VAGUE.fullmatch(after[0]) and not _STAFF.search(before + rest[after.end() : after.end() + 12]):
            continue
        rest = rest[after.end() :]
        floor, ceiling = _range(amount.value, before, text[amount.end : amount.end + after.end()] + rest[:6])
        fitting = [size.value for size, (low, high) in _BOUNDS.items() if high >= floor and low <= ceiling]
        found.append(Said(" | ".join(fitting), amount.start, amount.end + after.end()))
    return found


def _range(value: Decimal, before: str, after: str) -> tuple[Decimal, Decimal]:
    if re.search(_MOST, before, re.IGNORECASE) or re.search("以下|以內", after):
        return Decimal(1), value - (0 if re.search("to|hasta|jusqu|最多|不超過|至多|más|au plus", before) else 1)
    if re.search(_LEAST, before, re.IGNORECASE) or re.search("以上|or more|o más|ou plus|plus", after):
        return value, Decimal(10**9)
    return value, value


_OWNERS: dict[str, str] = {
    Ownership.WOMEN: r"wom[ae]n[\s-](?:owned|led|run|founded)|owned by (?:a )?wom[ae]n|female[\s-](?:owned|led|founded)|propiedad de mujeres|de mujeres(?= empresarias)?|(?:dirigid|liderad|encabezad|fundad)\w+ por (?:una )?mujer(?:es)?"
    r"|détenue?s? par (?:des|une) femmes?|(?:dirigé|fondé)\w* par (?:des|une) femmes?|entreprises? féminines?|女性(?:經營|擁有|主導|創業|創辦|企業|負責|領導)|婦女",
    Ownership.INDIGENOUS: r"(?:indigenous|native|first nations?|tribal(?:ly)?|aboriginal|métis|inuit)[\s-](?:owned|led|run)|native american|(?:empresas?|propiedad|cooperativas?|comunidad\w*|artesan\w+) ind[ií]genas?|de pueblos originarios"
    r"|(?:entreprises?|propriété) autochtones?|détenue?s? par des autochtones|(?:原住民族?|原民)(?!文化|保留)",
    Ownership.MINORITY: r"minority[\s-](?:owned|led)|black[\s-]owned|hispanic[\s-]owned|latino[\s-]owned|minor[ií]as|minorités?(?= visible)|minoritaires?(?= propri)|少數族裔",
    Ownership.YOUTH: r"(?:youth|young)[\s-](?:owned|led|run)|young entrepreneurs?|j[oó]venes emprendedor\w+|(?:dirigid|liderad)\w+ por j[oó]venes|jeunes entrepreneur\w*|青年(?:創業|經營|企業|團隊|返鄉)|返鄉青年",
    Ownership.RURAL: r"rural (?:firms?|compan\w+|businesses|cooperatives?|communit\w+)|empresas? rural(?:es)?|entreprises? rurales?|農村(?:企業|合作)|偏鄉",
    Ownership.STARTUP: r"start-?ups?\b|empresas? emergentes?|jeunes? pousses?|新創(?:公司|企業|團隊)?",
}
_OWNED = re.compile(
    r"(?<![A-Za-zÀ-ÿ])(?=\w)(?:" + "|".join(f"(?P<{tag}>{words})" for tag, words in _OWNERS.items()) + ")",
    re.IGNORECASE,
)


def owners(text: str) -> list[Said]:
    """The kinds of owner that a text speaks of."""
    return [Said(str(match.lastgroup), match.start(), match.end()) for match in _OWNED.finditer(text)]
