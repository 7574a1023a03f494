"""Economies and regions as people name them in the four languages, as codes of markets."""
# ruff: noqa: E501 -- a pattern per thing, on one line, can be compared with the next

import re

from partners.reading.people import Said

#: Code → its names and the word for what comes from there, in the four languages.
_PLACES: dict[str, str] = {
    "US": r"United States|U\.S\.A?\.?|(?-i:\bUSA?\b)|America(?:n|ns)?(?! Latin)|Estados Unidos|EE\. ?UU\.?|EUA|estadounidenses?|États-Unis|etats-unis|étatsuni\w+|américain\w*|美國|美(?=[加墨西東中商客廠])"
    r"|Texas|California|Californie|Florida|Arizona|加州|德州|亞利桑那|佛羅里達",
    "TW": r"Taiwan(?:ese)?|Taiw[aá]n|taiwan[eé]s\w*|Taïwan|taïwanais\w*|臺灣|台灣|臺商|台商|Chinese Taipei|中華臺北|國內(?=市場)",
    "CA": r"Canad(?:a|ian|ians|á|ienne?s?|iens?)|canadiense?s?|Québec|Quebec|Ontario|加拿大|魁北克|安大略|溫哥華",
    "MX": r"Mexic(?:o|an|ans)|M[eé]xico|mexican[oa]s?|Mexique|mexicain\w*|墨西哥|墨國",
    "JP": r"Japan(?:ese)?(?! (?:interface|manual|speak))|Jap[oó]n|japon[eé]s\w*|japonais\w*|日本|日商",
    "KR": r"(?:South )?Korea(?:n)?|Corea(?: del Sur)?|corean[oa]s?|Corée(?: du Sud)?|coréen\w*|韓國|南韓",
    "CN": r"(?:mainland )?China\b|Chine\b|中國(?:大陸)?|大陸(?=市場|客戶|廠|業者|製|供應)|chin[oa]s?(?= (?:proveedor|empresa|socio|fabricante))",
    "VN": r"Vietnam(?:ese)?|Viet Nam|Vi[eê]t ?n[aá]m|vietnamit\w+|vietnamien\w*|越南",
    "TH": r"Thailand|Tailandia|Thaïlande|泰國",
    "ID": r"Indonesia|Indonésie|印尼",
    "MY": r"Malaysia|Malasia|Malaisie|馬來西亞",
    "PH": r"Philippines|Filipinas|菲律賓",
    "SG": r"Singapore|Singapur|Singapour|新加坡",
    "AU": r"Australia(?:n)?|Australie|澳洲|澳大利亞",
    "NZ": r"New Zealand|Nueva Zelanda?|Nouvelle-Zélande|紐西蘭",
    "CL": r"Chile(?:an)?|chilen[oa]s?|Chili(?= )|智利",
    "PE": r"Peru(?:vian)?|Per[uú]\b|peruan[oa]s?|Pérou|秘魯",
    "CO": r"Colombia(?:n)?|Colombie|哥倫比亞",
    "BR": r"Bra[sz]il(?:ian)?|Brésil|巴西",
    "HK": r"Hong Kong|香港",
    "RU": r"Russia(?:n)?|Rusia|rus[oa]s?\b|Russie|russes?\b|俄羅斯|俄國",
    "IN": r"(?-i:India(?:n)?\b)|la India|Inde\b|印度(?!尼)",
    "GB": r"United Kingdom|(?-i:\bUK\b)|Britain|British|Reino Unido|brit[aá]nic\w+|Royaume-Uni|britannique\w*|英國",
    "DE": r"Germany|German (?:market|compan|partner|supplier|buyer|firm)\w*|Alemania|Allemagne|德國",
    "EU": r"European Union|Europe(?:an|ans)?\b|(?-i:\bEU\b)|Uni[oó]n Europea|Europa\b|europe[oa]s?|Union européenne|européen\w*|歐盟|歐洲|歐系",
}
_GROUPS = {"北美": ("US", "CA"), "美加": ("US", "CA")}
_NORTH_AMERICA = ("US", "CA", "MX")
_FOUND = re.compile(
    r"(?<![A-Za-zÀ-ÿ-])(?=\w)(?:" + "|".join(f"(?P<{code}>{words})" for code, words in _PLACES.items()) + ")",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"(?P<r>North Americ(?:a|an)|Norteam[eé]rica|Am[eé]rica del Norte|Amérique du Nord|北美|美加)", re.IGNORECASE
)

#: Stands for every letter of a place's name.
_MARK = "\ue000"
_EXCLUSION = (
    r"\b(?:exclud(?:e|es|ing)|rul(?:e|ing) out|declin(?:e|ing)|écart\w+|refus\w+|exclu(?:imos|ons|ye)\w*|descart\w+|rechaz\w+)(?: [\wà-ÿ'’-]+){0,4}? @|"
    # "no European partners", "nous ne travaillons pas avec", "no exportamos a", "不接受美國"
    r"\bno @[\w-]*\s+(?:partners?|suppliers?|compan\w+|firms?|bidders?|buyers?|customers?|clients?|investors?|distributors?|manufacturers?|makers?|vendors?|applicants?|offers?|orders?)"
    r"|\b(?:not|never|n[o'’]t|cannot|unable to|no longer)\b(?: \w+){0,6}? (?:sell|ship|export|supply|deliver|serve|work|deal|source|buy|import|accept|consider|partner|trade|open|available)\w*(?: [\w'-]+){0,5}? @"
    r"|\b(?:except|excluding|excludes?|other than|outside(?: of)?|no (?:sales|shipments?|exports?|deliver\w+|orders|business|customers|clients|partners|offers|suppliers) (?:to|in|from|with)(?: \w+)?|not (?:to|in|from|for|available in|open to|interested in)(?: the)?|export ban on|barred from) (?:the )?@"
    r"|\bno (?:exporta|vend|envi|trabaj|atend|acept|suministr|entreg|surti|compra|import|considera|buscamos|queremos|oper|abarc|cubri|ofrece|hacemos)\w*(?: [\wáéíóúñ]+){0,6}? @"
    r"|\b(?:excepto|salvo|excluy\w+|exclu[ií]d\w+|a excepci[oó]n de|fuera de|sin (?:socios|proveedores|clientes|ventas|env[ií]os)(?: \w+){0,2}|no (?:a|en|de|con|para)|ni)(?: (?:la|los|el|a|en|de|con|socios|proveedores|clientes|empresas|fabricantes|compradores))* @"
    r"|\bn(?:e |['’])(?:\w+['’ ]){0,2}?(?:export|vend|livr|travaill|accept|expédi|fourni|desserv|servon|collabor|cherch|voul|souhait|achet|considér|répond|opér|propos)\w* (?:pas|plus|aucun\w*|jamais)(?: [\wà-ÿ'’-]+){0,5}? (?:l['’]|les |la |le |aux |au |d['’]|en )?@"
    r"|\b(?:sauf|hors|excepté|à l['’]exclusion (?:de|des|du)|à l['’]exception (?:de|des|du)|excluant|exclu\w*|pas (?:de|d['’]|en|aux|au|vers)|aucun\w*)(?: (?:partenaires?|fournisseurs?|clients?|entreprises?|ventes|livraisons?|expéditions?))?(?: (?:de|en|aux?|des|du|vers|la|les|le|l['’]))*\s?(?:l['’])?@"
    r"|(?:不(?:接受|考慮|供應|銷售|出口|出貨|外銷|與|服務|承接|賣|販售|寄送|對|接|含|包括|尋求|歡迎|適用於)|恕不|排除|除外|謝絕|暫不|無法|未開放|不得|禁止)[^，。；]{0,8}?@"
    r"|@[^，。；、]{0,8}?(?:除外|恕不|不接受|不考慮|不在|謝絕|請勿|不適用|不出貨|不供應)"
    r"|@[\w-]*(?: [\w'-]+){0,3}? (?:are |is |will be |se |sont |est |quedan? |no ser[aá]n? )?(?:excluded|not (?:accepted|considered|eligible|served|possible)|excluid\w+|no (?:se acept|particip|pueden)|exclu\w*\b|descart\w+)"
)
_LIST = rf"{_MARK}+(?:(?:\s*,\s*|\s*/\s*|、|及|或|與|和|\s+)(?:(?:or|and|nor|y|o|ni|e|ou|et|the|a|el|la|los|les|le|au|aux|en|du|des|del|de)\s+)*(?:l['’])?{_MARK}+)*"
_EXCLUDES = re.compile(_EXCLUSION.replace("@", _LIST), re.IGNORECASE)
_NEGATIVE = re.compile(
    r"\b(?:no|not|never|cannot|unable|except|exclud\w*|other than|outside|barred|ban|excepto|salvo|exclu\w*|fuera|sin|ni|pas|plus|aucun\w*|sauf|hors|except\w+|descart\w+|jamais|rul(?:e|ing) out|declin\w+|écart\w+|refus\w+|rechaz\w+)\b"
    r"|n['’]t|不|除|謝絕|無法|未|勿|禁",
    re.IGNORECASE,
)
_SERVES = re.compile(
    r"(?:\b(?:sell(?:s|ing)?|export(?:s|ing|ed)?|ship(?:s|ped|ping)?|serv(?:e|es|ing|ed)|suppl(?:y|ies|ied)|deliver(?:s|ed)?|cover(?:s|ing)?|distribut\w+|present|active|experience(?:d)?|network|customers|clients|sales|licen[sc]ed"
    r"|market|warehouse|stock|vend\w+|export\w+|distribu\w+|atiend\w+|surt\w+|env[ií]\w+|entreg\w+|presencia|experiencia|clientes|cobertura|cubr\w+|mercado|almac[eé]n|ventes?|livr\w+|expédi\w+|desserv\w+|présen\w+|expérience|clientèle|marché|réseau|entrepôt)\b"
    r"|外銷|出口|銷往|銷售|供應|行銷|服務|市場|通路|經銷|出貨|客戶|據點|倉|經驗)",
    re.IGNORECASE,
)


def places(text: str) -> list[Said]:
    """Every economy, union or region named, as codes in order; North America names three."""
    found = [Said(str(match.lastgroup), match.start(), match.end()) for match in _FOUND.finditer(text)]
    for match in _REGION.finditer(text):
        codes = _GROUPS.get(match[0], _NORTH_AMERICA)
        found += [Said(code, match.start(), match.end()) for code in codes]
    return sorted(found, key=lambda said: said.start)


def excluded(text: str) -> list[Said]:
    """Where it does not want partners, customers or deliveries: "no European partners", "ne livrons pas au Mexique"."""
    if not _NEGATIVE.search(text):
        return []
    named = places(text)
    return _inside(named, _EXCLUDES, text) if named else []


#: A place that the partner is to know or to sell in already.
_KNOWS = re.compile(
    r"(?:\balready (?:sell|export|ship|serv|suppl|activ|present|distribut)\w*|\bexperience\b|\btrack record|\b(?:sales|distribution|dealer) network|\b(?:customers|clients|presence|sales) in"
    r"|\bestablished in|\bya (?:vend|export|surt|atiend|distribuy)\w+|\bexperiencia|\bpresencia|\bred de (?:ventas|distribuci)|\bclientes en|\bdéjà|\bexpérience|\bprésen(?:t|ce|ts|te)"
    r"|\bréseau|\bclients? (?:au|aux|en))(?: [\wà-ÿ'’-]+){0,5}? @"
    r"|(?:外銷|出口|銷售|供應|熟悉|進入)[^，。；]{0,4}@[^，。；]{0,8}(?:經驗|實績|市場)|@[^，。；]{0,6}(?:市場經驗|外銷經驗|出口經驗|銷售經驗|據點|實績)".replace(
        "@", _LIST
    ),
    re.IGNORECASE,
)


def known(text: str) -> list[Said]:
    """Markets that a partner is to know: "must already sell in Canada", 具外銷日本經驗."""
    named = places(text)
    return _inside(named, _KNOWS, text) if named else []


def _inside(named: list[Said], pattern: re.Pattern[str], text: str) -> list[Said]:
    """Those of the places that stand in a stretch of the pattern, which sees them as marks."""
    masked = list(text)
    for said in named:
        masked[said.start : said.end] = _MARK * (said.end - said.start)
    spans = [match.span() for match in pattern.finditer("".join(masked))]
    return [said for said in named if any(start <= said.start and said.end <= end for start, end in spans)]


def served(text: str) -> list[Said]:
    """Markets that it sells to or knows: a place in the same clause as a word of serving."""
    return places(text) if _SERVES.search(text) else []
