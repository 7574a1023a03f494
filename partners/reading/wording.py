"""Who says what of whom: a text in stretches, each offered, sought or ruled out, and how strictly it asks.

Spanish and French say by the ending of the verb who offers ("ofrecemos") and what is sought ("buscamos"); Chinese and
English by a word. A stretch without any sign belongs with the one before it.
"""

import re
from dataclasses import dataclass

OFFERS, SEEKS, DENIES = "offers", "seeks", "denies"


@dataclass(frozen=True)
class Stretch:
    """A sentence or a part of one that stands on one side."""

    text: str
    side: str


_SENTENCE = re.compile(r"(?<=[.!?])[\"'”»)]*\s+(?=[^a-zà-ÿ])|(?<=[。！？；;])\s*|\n+")
#: Not the end of a sentence.
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|approx|no|nos|art|p\. ej|ej|S\.A|C\.V|U\.S|etc|env|min|máx|max)\.)\s*$", re.I)
_CLAUSE = re.compile(
    r"(?<=[，、：:])|,\s|\s(?=(?:but|and|while|whereas|pero|aunque|mientras|y|e|mais|et|tandis)\s)|(?=但|惟|並|且|不過)"
)

_SEEK = {
    "en": r"\b(?:look(?:s|ing)? for|searching for|search for|seek(?:s|ing)?|wanted|we (?:also )?(?:now )?(?:want|need"
    r"|require|wish|ask|buy|purchase|source|prefer|expect|value|demand|insist|accept only|would like)|i (?:want|need|am looking)"
    r"|(?:is|are) (?:needed|wanted|required|expected|welcome|a condition|necessary|preferred|essential|mandatory)"
    r"|(?:we are|to) (?:buying|buy|purchas\w+|sourc\w+)|interested in|must|required?\b|requirements?|needed|invit(?:e|es|ed|ing)"
    r"|(?:the |our |any |a |an |each |every )?(?:ideal )?(?:partner|supplier|vendor|candidate|bidder|contractor|maker|investor|mentor"
    r"|distributor|importer|applicant|manufacturer)s? (?:must|should|need|needs|has to|have to|gives?|brings?|will|would|who|which|that|with)"
    r"|only (?:partners?|suppliers?|companies|firms|makers)|please (?:state|send|include|tell|indicate|mention)|rais(?:e|ing) \w+ million"
    r"|would (?:be welcome|welcome)|no (?:\w+ ){0,2}(?:partners|suppliers|bidders|firms|companies)\b)",
    "es": r"\b(?:busc(?:o|amos|a|an|ando)|(?:en )?b[uú]squeda|requer(?:imos|ido|ida|idos|idas|ir)|requier(?:e|en|o)|requisitos?"
    r"|necesit(?:o|amos|a|an)|quer(?:emos|ría|ríamos)|quiero|dese(?:amos|o|a|an)|(?:nos )?interesa[n]?|interesad[oa]s?|solicit(?:amos|o|a)"
    r"|compr(?:amos|o)\b|adquirir|consumimos|importamos|exig(?:imos|e|en)|indispensable|imprescindible|obligatori[oa]|debe(?:n|rá|rán)?\b"
    r"|valor(?:amos|a|ará|arán)|pedimos|se (?:exige|requiere|solicita|busca|valora|pide|necesita)n?|favor de|preferimos"
    r"|(?:el|la|los|las) (?:socios?|proveedor(?:es|a)?|fabricantes?|distribuidor(?:es)?|candidatos?|aliados?|importador(?:es)?) "
    r"(?:debe|deberá|tendr|aport|que|con|idea)|no (?:se )?acept)\w*",
    "fr": r"\b(?:(?:re)?cherch(?:ons|e|ez|ent|ant|é)\w*|à la recherche|recherches?\b|souhait(?:ons|e|ent|é|ée)\w*|voul(?:ons|oir)|voudri\w+"
    r"|(?:avons )?besoins?|achet(?:ons|e|ent)|achats?\b|désir(?:ons|ent)|exig(?:eons|e|ent|é|ée|és|ées)\b|exigences?|requis\w*|demandons"
    r"|appréci(?:ons|erions)|privilégi\w+|préfér\w+|attendons|aimeri\w+|merci d|veuillez|obligatoire\w*|indispensable\w*|impérati\w+"
    r"|dev(?:ra|ront|rait|raient)|doi(?:t|vent)|(?:le |la |les )?(?:partenaire|fournisseur|fabricant|distributeur|candidat|soumissionnaire)s? "
    r"(?:doi|dev|apport|qui|ayant|idé))",
    "zh-hant": r"徵求|尋求|尋找|尋覓|誠徵|徵(?=[^收信])|正在找|在找|需要|需求|需具|需有|需能|需通過|須|必須|務必|應具|應提供|應能|應有"
    r"|要求|採購|擬購|欲購|購買|欲引進|欲|希望|期盼|期待|期望|盼|招募|募資|募集|擬募|僅限|限於|限由|為限|合作方|供應商|歡迎|優先|尤佳|為佳"
    r"|請(?:列|提|附|說|報|註)|不接受|恕不|勿",
}
_OFFER = {
    "en": r"\b(?:we (?:also |now |already |can |could |will |would |have |currently )*(?:are (?!looking|seeking|searching|buying|interested|planning)|offer|make|made|provide|supply|sell|build|built|design"
    r"|run|give|bring|hold|operate|own|export|produce|manufacture|serve|ship|develop|assemble|install|machine|convert|train|help|grow"
    r"|share|deliver|delivered|support|transfer|host|pay|are (?:certified|accredited|registered)|have)|our (?:plant|factory|mill|shop|site|team"
    r"|lab|engineers|staff|capacity|line|facility|products?|company|people)\b"
    r"|(?:can be|is|are) (?:supplied|offered|available|provided)|(?:maker|manufacturer|producer|builder|supplier|provider|designer) of"
    r"|offering)",
    "es": r"\b(?:ofrec(?:emos|o|e)\b|ofrecimiento|fabric(?:amos|o)\b|produc(?:imos|tor(?:es)?)\b|elabor(?:amos|o)\b|contamos|tenemos|dispon(?:emos|go)"
    r"|aport(?:amos|o)\b|vendemos|exportamos|entregamos|suministramos|proveemos|operamos|diseñamos|desarrollamos|damos|brindamos|somos|estamos"
    r"|nuestr[oa]s? (?:planta|taller|equipo|capacidad|personal|fábrica|línea)|podemos|integramos|maquinamos|cultivamos|hacemos|enviamos"
    r"|realizamos|poseemos)",
    "fr": r"\b(?:offr(?:ons|e|ant)\b|fabri(?:quons|cant de)|produisons|fourni(?:ssons|t)\b|vendons|exportons|livrons|conce(?:vons|ption de)|disposons"
    r"|avons(?! besoin)|possédons|détenons|exploitons|apportons|proposons|pouvons|aidons|formons|sommes|assurons|transformons|installons"
    r"|notre (?:usine|atelier|équipe|capacité|personnel|laboratoire|entreprise)|nos (?:équipes|installations|ingénieurs|clients))",
    "zh-hant": r"本公司(?!需|擬|欲|徵|尋)|我方|我們(?!需|希望|期)|本廠(?!需|擬|欲|徵|尋)|提供|可供應|供應(?!商|鏈)|生產|製造|專營|專業|具備|擁有|備有|設有"
    r"|自有|現有|通過|取得|已獲|可協助|可配合|可依|從事|開發|研發|銷售|外銷|出口|月產|年產|產能|服務",
}
_DENY = {
    "en": r"\b(?:(?:do|does|did|can|could|will|would|is|are|have|has) ?n[o'’]t\b|cannot|never|no longer|not (?:yet|able|in our|part of|our|available|offered"
    r"|certified|accredited|registered)|outside our|out of scope|we (?:lack|have no|hold no|offer no|carry no|keep no)|without|not)\b"
    r"|\bno (?:\w+ ){0,2}(?:certificat\w+|accreditation|staff|experience|capacity|production|approval)",
    "es": r"\b(?:no (?!sólo|solo|solamente|menos|obstante|más de)(?:\w+ )|sin (?!\w+ (?:químic|aditiv|conserv))|tampoco|nunca|carecemos|aún no|todavía no|ningun[ao]?)",
    "fr": r"(?:\bn(?:e |['’])(?:\w+ ){1,3}(?:pas|plus|aucune?|jamais|encore)\b|\bpas (?:de|d['’]|encore)|\baucune?\b|\bsans (?!agent|composé|solvant)|\bni\b)",
    "zh-hant": r"(?:不(?!鏽|僅|只|同|但|少|斷|易|含|變|添|可變|織|限)|沒有|尚無|並無|無(?!塵|菌|水|風|人|線|鉛|毒|接|縫|麩|添|鑰|障|機|感|刷|紡|鹵|論|縫)|未(?!來)|尚未|非(?=本公司|我)|目前沒)",
}
#: What in a request is said of the readers' side even in a sentence without a verb.
_STRICT = {
    "en": r"\b(?:must|required?|requires|requirements?|mandatory|essential|necessary|need(?:s|ed)?|only|at least|no less than|minimum|has to|have to|a condition"
    r"|indispensable|non-negotiable|cannot do without|shall|insist)\b",
    "es": r"\b(?:debe(?:n|rá|rán)?|indispensable|imprescindible|obligatori\w+|requisito\w*|requer\w+|requier\w+|exig\w+|necesari\w+|necesit\w+|solo|sólo|únicamente"
    r"|al menos|por lo menos|como mínimo|mínim[oa]|forzos\w+)\b",
    "fr": r"\b(?:doi(?:t|vent)|devr(?:a|ont)|exig\w+|requis\w*|obligatoire\w*|indispensable\w*|impérati\w+|nécessaire\w*|essentiel\w*|au moins|minimum|minimal\w*"
    r"|seul\w*|uniquement|au minimum)\b",
    "zh-hant": r"必須|必備|務必|須|需|應|要求|限|至少|以上|不可或缺|一定|僅|只接受|者為限|強制",
}
_MILD = {
    "en": r"\b(?:prefer\w*|ideal(?:ly)?|a plus|an advantage|advantage|bonus|welcome|nice to have|nice|desirable|appreciated|would be|would help|helpful|valued?|if possible"
    r"|best|optional|not (?:a must|essential|mandatory))\b",
    "es": r"\b(?:prefer\w*|ideal(?:mente)?|deseable\w*|(?:se )?valor(?:a|an|ará|arán|amos)|de preferencia|(?:sería|es|será) (?:una ventaja|un plus|útil|bueno)|ventaja|plus|apreciar\w+"
    r"|de ser posible|si es posible|opcional\w*|nos gustaría|gustaría|bienvenid\w+)\b",
    "fr": r"(?:\b(?:préfér\w+|idéal\w*|souhait\w+|atout|un plus|appréci\w+|serait|seraient|si possible|facultati\w+|privilégi\w+|bienvenu\w*|avantage)\b|de préférence)",
    "zh-hant": r"優先|尤佳|為佳|更佳|佳(?=[。，；]|$)|加分|最好|歡迎|希望|期盼|期望|期待|可選|非必要|非必須",
}
_WAIVED = {
    "en": r"\b(?:not (?:required|needed|necessary|mandatory|a requirement|essential)|no need|need not|(?:is|are)n[o'’]t (?:required|needed|necessary)|no (?:\w+ ){0,2}(?:is |are )?(?:required|needed|necessary)|does not matter|unnecessary)",
    "es": r"no (?:se |es |son |hace )?(?:exig\w+|requier\w+|necesari\w+|obligatori\w+|indispensable|falta|pedimos|importa|necesit\w+)|no exigimos|no requerimos|sin necesidad",
    "fr": r"(?:pas|aucunement|non) (?:exig\w+|requis\w*|nécessaire\w*|obligatoire\w*|besoin|indispensable)|n['’]exigeons pas|n['’]est pas (?:exig|requis|nécess|oblig)|pas d['’]exigence",
    "zh-hant": r"不需|無須|無需|毋須|不要求|不必|免(?=[具附驗認])|不限",
}
_CONTRAST = re.compile(r"\s*(?:but|although|though|pero|aunque|mais|但|惟|不過)", re.IGNORECASE)
#: Names a kind of company, on either side.
_NOUN = re.compile(r"\b(?:maker|manufacturer|producer|builder|supplier|provider|designer|fabricant) (?:of|de)\b", re.IGNORECASE)
_WITHOUT = r"\bwithout\b|\bsin\b|\bsans\b|\black(?:s|ing)?\b|\bno (?:tengan|cuenten)|無|沒有|未(?:具|取得|通過|持有|獲)|不具"
_NOT_CONSIDERED = (
    r"\bno (?:\w+ ){0,2}without|(?:not|n['o]t|cannot|never) (?:\w+ ){0,2}(?:consider|accept|work|buy|source|evaluate|qualify|bid|apply)"
    r"|no (?:se )?(?:acept|consider|evalu|trabaj|compr|admit)|abst[ée]n|ne (?:\w+ )?(?:considér|accept|retien|travaill|étudi|ser)\w*|恕不|勿|不(?:接受|考慮|予|得|與)|無法(?:接受|合作)"
)
#: Says an offer only at the head of a sentence: in a sentence that seeks it tells what the partner is to do.
_WEAK_HAN = re.compile(r"本公司|我方|我們|本廠")
_compiled: dict[int, dict[str, re.Pattern[str]]] = {}


def _find(table: dict[str, str], language: str, text: str) -> re.Match[str] | None:
    patterns = _compiled.setdefault(id(table), {})
    if language not in patterns:
        patterns[language] = re.compile(table.get(language, table["en"]), re.IGNORECASE)
    return patterns[language].search(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, none empty; abbreviations and decimal marks end none."""
    found: list[str] = []
    for part in _SENTENCE.split(text):
        part = (part or "").strip()
        if found and part and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part:
            found.append(part)
    return found


def clauses(sentence: str, language: str) -> list[str]:
    """A sentence in parts that each may stand on a side of its own; joined they are the sentence."""
    bounds = [0, *sorted({match.end() for match in _CLAUSE.finditer(sentence)}), len(sentence)]
    return [sentence[a:b] for a, b in zip(bounds, bounds[1:], strict=False) if sentence[a:b].strip()]


def side_of_clause(clause: str, language: str) -> str | None:
    """What a clause says by itself: the first sign wins, "we look for a maker who offers" seeks."""
    seek, offer = _find(_SEEK, language, clause), _find(_OFFER, language, clause)
    deny = _find(_DENY, language, clause)
    if deny and asks_of_those_without(clause, language):
        return SEEKS
    if deny and not is_waived(clause, language) and (not seek or deny.start() < seek.start() + 3):
        return DENIES
    if seek and (not offer or seek.start() <= offer.start()):
        return SEEKS
    return OFFERS if offer else None


def asks_of_those_without(clause: str, language: str) -> bool:
    """ "We do not consider makers without AS9100" demands it, though it denies."""
    without = re.search(_WITHOUT, clause, re.IGNORECASE)
    return bool(without and re.search(_NOT_CONSIDERED, clause, re.IGNORECASE))


def stretches(text: str, language: str, *, start: str = OFFERS) -> list[Stretch]:
    """The text in stretches; together they hold every word of it. ``start`` is the side before the first sign."""
    found: list[Stretch] = []
    side = start
    for sentence in sentences(text):
        previous = None
        for clause in clauses(sentence, language):
            own = side_of_clause(clause, language)
            if own is None or (own == OFFERS and SEEKS in {previous, start} and _is_weak(clause, language, previous)):
                own = OFFERS if previous == DENIES and _CONTRAST.match(clause) else previous or side
            if previous == own:
                found[-1] = Stretch(found[-1].text + clause, own)
            else:
                found.append(Stretch(clause, own))
            previous = own
            side = own if own != DENIES else side
    return found


def _is_weak(clause: str, language: str, previous: str | None) -> bool:
    """Whether its sign of an offer may as well tell what is sought."""
    if language == "zh-hant":
        return not _WEAK_HAN.search(clause)
    return previous == SEEKS and bool(_NOUN.search(clause))


def strength(text: str, at: int, language: str) -> bool:
    """Whether what stands at ``at`` is a must: by the words of its clause, else of the whole; a must unless softened."""
    first = max((text.rfind(mark, 0, at) for mark in ",，;；:："), default=-1) + 1
    ends = [end for mark in ",，;；" if (end := text.find(mark, at)) >= 0]
    near = text[first : min(ends, default=len(text))]
    for part in (near, text):
        strict, mild = is_strict(part, language), is_mild(part, language)
        if strict != mild:
            return strict
    return True


def is_waived(text: str, language: str) -> bool:
    """Whether it says that something is not asked for: "certification not required"."""
    return bool(_find(_WAIVED, language, text))


def is_mild(text: str, language: str) -> bool:
    """Whether what it asks for is a preference."""
    return bool(_find(_MILD, language, text))


def is_strict(text: str, language: str) -> bool:
    """Whether what it asks for is a must."""
    return bool(_find(_STRICT, language, text))


def is_denied(text: str, language: str) -> bool:
    """Whether it says that something is not there."""
    return bool(_find(_DENY, language, text))
