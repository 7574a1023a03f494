"""How much a firm makes or takes in per month or hour, in units that can be compared."""
# ruff: noqa: E501, ISC004 -- a pattern per thing, on one line, can be compared with the next

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from partners.reading.numbers import Amount, amounts


@dataclass(frozen=True)
class Volume:
    """An amount per period: ``unit`` is "pieces/month", "kg/month", "litres/hour" …; metric, months and hours only."""

    unit: str
    amount: Decimal
    start: int
    end: int


#: What is counted: its base unit, how many of it one is, and its words in the four languages.
_UNITS: tuple[tuple[str, str, str], ...] = (
    ("kg", "1000", r"(?:metric )?ton(?:ne)?s?\b|toneladas?\b|t\b(?=\s*(?:de|of|par|per|al|por|a|/))|公噸|噸"),
    ("kg", "1", r"kilograms?\b|kilos?\b|kg\b|kilogramos?\b|kilogrammes?\b|公斤"),
    ("litres", "1", r"lit(?:re|er)s?\b|litros?\b|公升"),
    ("litres", "100", r"hectolit(?:re|er)s?\b|hectolitros?\b|hl\b"),
    ("m²", "1", r"square met(?:re|er)s?\b|metros cuadrados|mètres carrés|m²|m2\b|平方公尺|平方米"),
    ("m²", "0.0929", r"square feet\b|sq\.? ?ft\b"),
    ("m³", "1", r"cubic met(?:re|er)s?\b|metros c[uú]bicos|mètres cubes|m³|m3\b|立方公尺"),
    ("metres", "1", r"met(?:re|er)s?\b|metros\b|mètres\b|公尺"),
    ("metres", "0.9144", r"yards?\b|yardas?\b|verges?\b|碼"),
    ("MW", "1", r"megawatts?\b|MWp?\b|百萬瓦"),
    ("MW", "0.001", r"kilowatts?\b|kWp?\b|千瓦"),
    ("containers", "1", r"(?:\w+-?f(?:oo|ee)t )?containers?\b|contenedor(?:es)?\b|conteneurs?\b|個?貨?櫃"),
    ("pallets", "1", r"pallets?\b|tarimas?\b|pal[eé]s?\b|palettes?\b|棧板"),
    ("trucks", "1", r"truck ?loads?\b|camiones\b|camions?\b|車次"),
    ("orders", "1", r"orders?\b|pedidos?\b|commandes?\b|件訂單|筆?訂單"),
    ("words", "1", r"words?\b|palabras?\b|mots\b|字"),
    ("hectares", "1", r"hect[aá]reas?\b|hectares?\b|公頃"),
    (
        "pieces", "1",
        r"(?:\w+ ){0,2}?(?:pieces?|units?|parts?|pairs?|sets?|bottles?|cans?|bags?|boxes|cartons?|kits?|garments?|shirts?|jars?|packs?|plates?|boards?|wafers?|modules?|batteries|cells?|panels?"
        r"|castings?|forgings?|machines?|motors?|sensors?|screws?|bolts?|valves?|pumps?|lamps?|trays?|cups?|capsules?|tablets?|plants?|stems?|homes?|chips?|devices?|displays?|screens?|lenses|frames?|e-?bikes?|bikes?|bicycles"
        r"|piezas?|unidades|pares|juegos?|botellas?|latas?|bolsas?|cajas?|prendas?|frascos?|envases?|placas?|tarjetas?|m[oó]dulos?|celdas?|paneles|tornillos?|v[aá]lvulas?|bombas?|equipos?|sobres?|charolas?|plantas?|tabletas?|c[aá]psulas?|camisas?|motores"
        r"|pièces?|unités?|paires?|jeux|ensembles?|bouteilles?|cannettes?|canettes?|sacs?|boîtes?|caisses?|vêtements?|pots?|plaques?|cartes?|modules?|cellules?|panneaux|vis|appareils?|barquettes?|plants?|tablettes?|contenants?|moteurs?|capteurs?)\b"
        r"|[件個支套組台隻雙瓶罐包盒箱片枚顆張條粒頂輛株袋盞戶座具]",
    ),
)  # fmt: skip
#: Any other noun counts pieces, but not these.
_OTHER = re.compile(
    r"(?!(?:people|persons?|guests?|visitors?|customers?|clients?|members?|users?|hours?|days?|weeks?|months?|years?|times?|visits?|dollars?|pesos|euros?|percent|per|cent"
    r"|degrees?|departures?|employees?|workers?|staff|students?|patients?|farms?|growers?|families|talks?|sessions?|hectares?|acres?|square|cubic|million|millions|kilomet\w*"
    r"|personas|huéspedes|clientes|usuarios|horas|días|semanas|meses|años|veces|visitas|dólares|por|empleados|trabajadores|alumnos|pacientes|productores|familias|sesiones|grados"
    r"|personnes|heures|jours|semaines|mois|ans|années|fois|visites|employés|élèves|patients|producteurs|familles|degrés|pour|cent|and|or|y|o|et|ou|to|de|in|en|at|à|for|a|an|the|el|la|le|les)\b)"
    r"(?:(?:finished|moulded|machined|cast|empty|full|new) )?[A-Za-zÀ-ÿ-]{3,}",
    re.IGNORECASE,
)
_COUNTED = re.compile("|".join(f"(?P<u{i}>{words})" for i, (_u, _f, words) in enumerate(_UNITS)), re.IGNORECASE)
#: A month has 25 working days and 52/12 weeks: daily outputs are of working days.
_PERIODS: tuple[tuple[str, str, str], ...] = (
    ("hour", "1", r"(?:\b(?:an|per|each|every) |\bpar |\bpor |\ba la |à l['’]|/ ?)(?:hours?|hr|horas?|heures?|h)\b|\bhourly|每小時|時產"),
    ("month", "25", r"(?:(?:a|per|each|every) |/ ?|par |por |al |cada )(?:working )?(?:day|d[ií]a|jour)\b|daily\b|diari[oa]s?\b|quotidien\w*|每[日天]|日(?=產|處理)"),
    ("month", "52/12", r"(?:(?:a|per|each|every) |/ ?|par |por |a la |cada )(?:week|semana|semaine)\b|weekly\b|semanal(?:es)?\b|hebdomadaires?\b|每[週周]|週(?=產)"),
    ("month", "1", r"(?:(?:a|per|each|every) |/ ?|par |por |al |cada )(?:month|mes|mois)\b|monthly\b|mensual(?:es)?\b|mensuel\w*|每個?月|月(?=產|供|能|出|用|需)"),
    ("month", "1/3", r"(?:(?:a|per|each|every) |/ ?|par |por |al |cada )(?:quarter|trimestre)\b|quarterly\b|trimestral(?:es)?\b|trimestriel\w*|每季"),
    ("month", "1/12", r"(?:(?:a|per|each|every|in the first) |/ ?|par |por |al |cada )(?:year|a[nñ]o|an|année)\b|yearly\b|annual(?:ly)?\b|anual(?:es)?\b|annuel\w*|per annum|per season|por temporada|每年|年(?=產|供|能|出|用|需|使用)|第一年"),
)  # fmt: skip
_PERIOD = re.compile("|".join(f"(?P<p{i}>{words})" for i, (_p, _f, words) in enumerate(_PERIODS)), re.IGNORECASE)
_MINIMUM_ORDER = re.compile(
    r"(?:\b(?:minimum|min\.?|smallest) (?:order|run|lot|quantity|batch)\w*|\bMOQ\b|pedidos? m[ií]nimos?|m[ií]nimo de (?:compra|pedido)|lotes? desde|lotes? m[ií]nimos?|commandes? minim\w+|minimum de commande|最低訂購|最小訂購|最低訂|起訂|起做|試量)"
    r"[^.。;；]{0,18}$",
    re.IGNORECASE,
)
#: Between the number and what is counted, and around it for the period.
_GAP = re.compile(r"^\s*(?:(?:de plus|de|of|to|a|à|more|más)\s+|d['’]|[-–至到]\s*)?", re.IGNORECASE)
_REACH_AFTER, _REACH_BEFORE = 34, 30
#: From here on an amount of something unnamed is taken for goods.
_MANY = 50


def volumes(text: str, language: str) -> list[Volume]:
    """What the text says can be or is to be made, moved or bought per period; minimum orders and single lots are none."""
    return list(_every(text, language))


def _every(text: str, language: str) -> Iterator[Volume]:
    numbers = amounts(text, language)
    for index, amount in enumerate(numbers):
        counted = _counted(text, amount, numbers[index + 1 : index + 2])
        if counted is None or _MINIMUM_ORDER.search(text[max(0, amount.start - 40) : amount.start]):
            continue
        base, factor, end = counted
        if found := _period(text, amount.start, end):
            period, times, last = found
            yield Volume(
                f"{base}/{period}", _rounded(Fraction(amount.value) * factor * times), amount.start, max(end, last)
            )


def _counted(text: str, amount: Amount, following: list[Amount]) -> tuple[str, Fraction, int] | None:
    """The base unit of an amount; of "300 to 800 pieces" both are of pieces."""
    at = amount.end + len((_GAP.match(text[amount.end :]) or [""])[0])
    if following and following[0].start <= at + 1:
        at = following[0].end + len((_GAP.match(text[following[0].end :]) or [""])[0])
    match = _COUNTED.match(text, at)
    if not match:
        other = _OTHER.match(text, at) if amount.value >= _MANY else None
        return ("pieces", Fraction(1), other.end()) if other else None
    unit, factor, _words = _UNITS[int((match.lastgroup or "u0")[1:])]
    return unit, Fraction(factor), match.end()


def _period(text: str, start: int, end: int) -> tuple[str, Fraction, int] | None:
    after = re.split(r"[.,;，。；](?!\d)", text[end : end + _REACH_AFTER], maxsplit=1)[0]
    if match := _PERIOD.search(after):
        return *_which(match), end + match.end()
    before = re.split(r"[.;，。；、](?!\d)", text[max(0, start - _REACH_BEFORE) : start])[-1]
    matches = list(_PERIOD.finditer(before))
    return (*_which(matches[-1]), end) if matches else None


def _which(match: re.Match[str]) -> tuple[str, Fraction]:
    period, times, _words = _PERIODS[int((match.lastgroup or "p0")[1:])]
    return period, Fraction(times)


def _rounded(amount: Fraction) -> Decimal:
    """To the hundredth, as it is stored."""
    hundredths = round(amount * 100)
    return Decimal(hundredths).scaleb(-2).normalize() if hundredths % 100 else Decimal(hundredths // 100)
