"""Certificates and standards under one spelling each: ISO9001, "ISO 9001:2015" and "certificación ISO-9001" are "ISO 9001"."""
# ruff: noqa: E501, ISC004 -- a pattern per thing, on one line, can be compared with the next

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """A certificate found in a text."""

    value: str
    start: int
    end: int


_CERTIFIED = r"(?:certifi\w+|accredit\w+|acredit\w+|認證|驗證|cert\b)"
_NAMES: tuple[tuple[str, str], ...] = (
    ("IATF 16949", r"(?:IATF|ISO/?\s?TS|TS)[\s-]?(?:ISO[\s-]?)?16949|(?-i:\bIATF\b)(?![\s-]?\d)"),
    ("AS9100", r"(?:AS|EN|JISQ)[\s-]?9100(?:\s?[A-D]\b)?"),
    ("AS9110", r"(?:AS|EN)[\s-]?9110[A-D]?"),
    ("AS9120", r"(?:AS|EN)[\s-]?9120[A-D]?"),
    ("Nadcap", r"Nadcap"),
    ("FSSC 22000", r"FSSC[\s-]?22000|FSSC\b"),
    ("BRCGS", r"BRC(?:GS)?\b"),
    ("IFS", r"(?-i:\bIFS\b)(?: Food)?"),
    ("SQF", r"(?-i:\bSQF\b)"),
    ("GFSI", r"(?-i:\bGFSI\b)"),
    ("HACCP", r"HACCP\b|危害分析重要管制點|危害分析"),
    (
        "GMP",
        r"c?GMP\b|PIC/S(?: GMP)?|good manufacturing practices?|buenas pr[aá]cticas de (?:manufactura|fabricaci[oó]n)"
        r"|bonnes pratiques de fabrication|優良製造(?:規範|作業規範)?|(?-i:\bBP[FM]\b)",
    ),
    ("GDP", r"(?-i:\bGDP\b)|good distribution practices?|buenas pr[aá]cticas de distribuci[oó]n|bonnes pratiques de distribution|優良運銷"),
    ("FDA", r"(?-i:\bFDA\b)"),
    ("Health Canada", r"(?:Health Canada|Santé Canada|加拿大衛生部)(?=[^.。]{0,30}(?:licen|approv|regist|homolog|autoris|許可|登))"),
    (
        "ISO 13485",
        r"medical (?:device )?quality (?:management )?system|sistema de (?:gesti[oó]n de )?calidad (?:m[eé]dic[oa]|de dispositivos m[eé]dicos)"
        r"|système (?:de (?:gestion de la )?)?qualité (?:médical|des (?:dispositifs|instruments) médicaux)|醫療器材品質(?:管理)?系統",
    ),
    ("MDSAP", r"MDSAP\b"),
    ("COFEPRIS", r"COFEPRIS\b"),
    ("CE", r"(?-i:\bCE\b)(?![- ]?\d)|CE (?:mark\w*|標[誌章])|marca(?:do|je) CE|marquage CE"),
    ("UKCA", r"UKCA\b"),
    ("USDA Organic", r"USDA[\s-]?(?:certified )?organic|organic USDA|org[aá]nic[oa]s? USDA|certificaci[oó]n org[aá]nica USDA|biologique USDA|USDA ?有機|美國有機|(?-i:\bNOP\b)"),
    ("Canada Organic", r"Canad(?:a|ian) Organic|Biologique Canada|biologique canadien\w*|加拿大有機|org[aá]nico Canad[aá]"),
    ("JAS", r"(?-i:\bJAS\b)"),
    (
        "Organic",
        r"certified[\s-]organic|organic (?:certifi\w+|accredit\w+)|org[aá]nic[oa]s? certificad\w+|certificaci[oó]n org[aá]nica|certificad\w+ (?:como )?org[aá]nic\w+"
        r"|certifi(?:é|ée|és|ées|cation) (?:agriculture )?biologiques?(?! Canada| USDA)|certifi(?:é|ée)s? bio\b|biologiques? certifi\w+|有機(?:農糧|農產品)?(?:認證|驗證|證書|證明)|有機(?=(?:[或及與、和]|或)[^，。]{1,8}(?:認證|驗證|證書|證明))",
    ),
    ("FSC", r"(?-i:\bFSC\b)(?:[\s-]?C\d+)?|Forest Stewardship Council"),
    ("PEFC", r"PEFC\b"),
    ("OEKO-TEX", r"OEKO[\s-]?TEX(?: Standard)?(?: 100)?"),
    ("bluesign", r"blue\s?sign"),
    ("ZDHC", r"ZDHC\b"),
    ("GRS", r"(?-i:\bGRS\b)|global recycled standard|全球回收標準"),
    ("GOTS", r"GOTS\b|global organic textile standard"),
    ("RCS", r"(?-i:\bRCS\b)|recycled claim standard"),
    ("RWS", r"(?-i:\bRWS\b)"),
    ("BSCI", r"BSCI\b"),
    ("SMETA", r"SMETA\b|Sedex\b"),
    ("SA8000", r"SA[\s-]?8000"),
    ("WRAP", r"(?-i:\bWRAP\b)"),
    ("Kosher", r"kosher\b|kasher\b|cacher\b|casher\b|潔食認證|猶太潔食"),
    ("Halal", r"halal\b|清真"),
    ("Vegan", r"vegan society|vegan certifi\w+|certified vegan|純素認證|certificad\w+ vegan\w+|certifi\w+ végan\w*"),
    ("Gluten-free", r"gluten[\s-]free certifi\w+|certified gluten[\s-]free|certificad\w+ (?:libre de|sin) gluten|certifi\w+ sans gluten|無麩質(?:認證|驗證)"),
    ("Fair Trade", r"fair[\s-]?trade\b|comercio justo|commerce équitable|公平貿易"),
    ("Rainforest Alliance", r"rainforest alliance|雨林聯盟"),
    ("GLOBALG.A.P.", r"GLOBAL ?G\.?A\.?P\.?(?!\w)"),
    ("PrimusGFS", r"Primus ?GFS"),
    ("MSC", r"(?-i:\bMSC\b)"),
    ("ASC", r"(?-i:\bASC\b)"),
    ("TIF", r"(?-i:\bTIF\b)"),
    ("SOC 2", r"SOC[\s-]?2\b(?:,? ?Type (?:II|I|2|1)\b)?"),
    ("HITRUST", r"HITRUST\b"),
    ("HIPAA", r"HIPAA\b"),
    ("PCI DSS", r"PCI[\s-]?DSS\b"),
    ("TISAX", r"TISAX\b"),
    ("CMMC", r"CMMC\b"),
    ("ITAR", r"(?-i:\bITAR\b)"),
    ("C-TPAT", r"C-?TPAT\b"),
    ("AEO", r"(?-i:\bAEO\b)|(?-i:\bOEA\b)|優質企業認證|安全認證優質企業|operador econ[oó]mico autorizado"),
    ("IMMEX", r"IMMEX\b"),
    ("ISPM 15", r"(?:ISPM|NIMF|NIMP)[\s-]?(?:No\.? ?)?15\b"),
    ("UN38.3", r"UN[\s-]?38\.3"),
    ("B Corp", r"(?-i:\bB[\s-]Corp\b)"),
    ("ENERGY STAR", r"energy[\s-]star"),
    ("DLC", r"(?-i:\bDLC\b)"),
    ("BPI", r"(?-i:\bBPI\b)"),
    ("OK compost", r"OK[\s-]?compost(?:[\s-](?:HOME|INDUSTRIAL|SOIL))?"),
    ("R2", r"(?-i:\bR2(?:v3)?\b)"),
    ("e-Stewards", r"e-Stewards\b"),
    ("ASI", r"(?-i:\bASI\b)(?: Chain of Custody| Performance)?"),
    ("ISCC", r"ISCC\b(?: ?PLUS)?"),
    ("LEED", r"(?-i:\bLEED\b)"),
    ("ATEX", r"ATEX\b"),
    ("RoHS", r"RoHS\b"),
    ("REACH", r"(?-i:\bREACH\b)"),
    ("CPSIA", r"CPSIA\b|children's product certificate|(?-i:\bCPC\b)"),
    ("FCC", r"(?-i:\bFCC\b)"),
    ("BSMI", r"BSMI\b|商品檢驗標識"),
    ("ETL", r"(?-i:\bETL\b)"),
    ("NMMA", r"NMMA\b"),
    ("VQA", r"(?-i:\bVQA\b)"),
    ("SCA", r"(?-i:\bSCA\b)"),
    ("IATA", r"(?-i:\bIATA\b)"),
    ("SEMI", r"(?-i:\bSEMI\b)(?: [SEF]\d+)?"),
    ("IP rating", r"(?-i:\bIP6[5-9]K?\b)"),
    ("21 CFR Part 11", r"21 CFR (?:Part )?11"),
    ("Leaping Bunny", r"leaping bunny"),
    ("MPS", r"(?-i:\bMPS-[A-Z]+\b)"),
)  # fmt: skip
_ISO = r"(?i:ISO)(?:/IEC|/TS|/TR|/ASTM)?[\s-]?(?P<iso>\d{4,5})(?:-\d{1,2})?(?:\s?[:：]\s?\d{4})?"
#: A standard of one of these bodies with its number; the body alone counts for the marks among them.
_BODIES = (
    "UN R|ECE R|UL|CSA|NSF|IEC|EN|DIN|ASTM|ASME|ANSI|API|AWS|SAE|NOM|NMX|CNS|JIS|BIFMA|IPC|ECE|MIL-STD|OIML|IEEE|BS|HGV"
)
_STANDARD = rf"\b(?P<body>c?UL|{_BODIES})[\s-]?(?P<number>[A-Z]?\d[\d.]*(?:-\d+)*[A-Z]?(?:[./-][A-Z]?\d+)*)"
_MARK = r"\b(?P<mark>c?UL(?:us)?|CSA|NSF|CNS|ASME|BIFMA|NOM|AWS)\b(?![\s-]?\d)"
# Between a Latin letter and a Han character Unicode sees no end of a word. Only beginnings are looked at: most of a
# sentence is passed over at once.
_LINE = re.compile(
    r"(?<![A-Za-z0-9À-ÿ])(?=[A-Za-z2有危優潔清純無公雨全加商安醫美猶])(?:"
    + "|".join(f"(?P<n{i}>{pattern})" for i, (_name, pattern) in enumerate(_NAMES)).replace(r"\b", r"(?a:\b)")
    + ")",
    re.IGNORECASE,
)
_NUMBERED = re.compile(f"(?<![A-Za-z])(?:{_ISO}|{_STANDARD}|{_MARK})".replace(r"\b", r"(?a:\b)"))

#: As the whole of a name in a list of certificates.
_ORGANIC = {"organic", "orgánico", "organico", "orgánica", "biologique", "bio", "有機"}

#: Without any of these no certificate is named: most sentences need not be looked through.
_HINT = re.compile(
    r"[A-Z]{2}|\d{3}|[A-Z]\d|(?i:nadcap|blue|fair|commerce|comercio|rainforest|kosher|ka?sher|casher|cacher|halal|vegan|gluten|organi|orgán|biolog"
    r"|good |global|medical|m[eé]dic|buenas|bonnes|energy|forest|leaping|primus|sedex|rohs|reach|haccp|iatf|gmp|brc|fssc|sqf|oeko|certifi)"
    r"|有機|認證|驗證|清真|公平|危害|優良|雨林|潔食|純素|優質|檢驗標識|全球回收|無麩質|醫療|B Corp",
)
#: Who holds the first holds the others too: each is part of it or recognised as equal.
IMPLIES: dict[str, tuple[str, ...]] = {
    "IATF 16949": ("ISO 9001",),
    "AS9100": ("ISO 9001",),
    "AS9110": ("ISO 9001",),
    "AS9120": ("ISO 9001",),
    "FSSC 22000": ("ISO 22000", "HACCP", "GFSI"),
    "ISO 22000": ("HACCP",),
    "BRCGS": ("HACCP", "GFSI"),
    "IFS": ("HACCP", "GFSI"),
    "SQF": ("HACCP", "GFSI"),
    "PrimusGFS": ("GFSI",),
    "USDA Organic": ("Organic",),
    "Canada Organic": ("Organic",),
    "JAS": ("Organic",),
    "MDSAP": ("ISO 13485",),
    "UL 508A": ("UL",),
}


def names_in(text: str) -> list[Named]:
    """The certificates that the text names, in order, each under its one spelling; whether held or not is not asked."""
    found = sorted(_every(text), key=lambda named: (named.start, -named.end))
    kept: list[Named] = []
    for named in found:
        if not kept or named.start >= kept[-1].end:
            kept.append(named)
    return kept


def _every(text: str) -> Iterator[Named]:
    if not _HINT.search(text):
        return
    for match in _LINE.finditer(text):
        index = int((match.lastgroup or "n0")[1:])
        yield Named(_NAMES[index][0], match.start(), match.end())
    for match in _NUMBERED.finditer(text):
        if match["iso"]:
            yield Named(f"ISO {match['iso']}", match.start(), match.end())
        elif match["body"]:
            yield Named(f"{match['body']} {match['number'].rstrip('.-')}", match.start(), match.end())
        else:
            yield Named({"cUL": "UL", "cULus": "UL"}.get(match["mark"], match["mark"]), match.start(), match.end())


def spelled(name: str) -> str:
    """The one spelling of a certificate's name; a name that nobody here knows stays, with single spaces.

    ``spelled("ISO9001:2015") == "ISO 9001"``, ``spelled("Nadcap NDT") == "Nadcap"``, ``spelled("SAT PAC") == "SAT PAC"``.
    """
    if name.strip().lower() in _ORGANIC:
        return "Organic"
    found = names_in(name)
    return found[0].value if found else " ".join(name.split())[:80]


def with_implied(names: Iterable[str]) -> list[str]:
    """These certificates in their one spelling and those they imply, each once: IATF 16949 includes ISO 9001."""
    found = dict.fromkeys(spelled(name) for name in names if name.strip())
    queue = list(found)
    while queue:
        name = queue.pop()
        implied = list(IMPLIES.get(name, ()))
        if name.startswith(("UL ", "CSA ", "NSF ")):
            implied.append(name.split()[0])
        for other in implied:
            if other not in found:
                found[other] = None
                queue.append(other)
    return list(found)
