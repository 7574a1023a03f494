"""The words that tell who speaks of whom, and how strictly, by language. A line is a part of one alternation."""
# ruff: noqa: E501 -- a pattern per thing, on one line, can be compared with the next

import re


def either(lines: str) -> str:
    """The lines as one alternation."""
    return "|".join(line.strip().strip("|") for line in lines.strip().splitlines() if line.strip())


def compiled(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    """A pattern per language. Where words have spaces between them, only their beginnings are looked at."""
    return {
        language: re.compile(("" if language == "zh-hant" else r"\b(?=\w)") + f"(?:{either(lines)})", re.IGNORECASE)
        for language, lines in table.items()
    }


_PARTNER_EN = (
    "partners?|suppliers?|vendors?|candidates?|bidders?|contractors?|applicants?|investors?|mentors?|producers?|plants?|"
    "mills?|shops?|firms?|companies|makers?|manufacturers?|distributors?|importers?|packers?|labs?|factory|factories"
)

#: Somebody or something is looked for, or must be brought along by the partner.
SEEK = compiled(
    {
        "en": rf"""
        \blook(?:s|ing)? (?:\w+ )?for\b|\bsearch(?:es|ing)? (?:\w+ )?for\b|\bseek(?:s|ing)?\b|\bin search of\b|\bwanted\b
        \b(?:we|i|our \w+) (?:(?:are|am|is|now|also|still|currently|therefore|hope to|plan to|intend to|aim to|wish to|must
        |want to|would|will|only|always|do) ){{0,3}}(?:want|need|require|wish|ask|buy|purchase|source|prefer|expect|value|demand
        |insist|accept only|like to|welcome|appreciate|procur\w+|looking|seeking|searching|buying|sourcing|hiring|inviting|find)\b
        \b(?:is|are|be) (?:\w+ )?(?:needed|wanted|required|expected|welcome|a condition|a must|necessary|preferred|essential
        |mandatory|sought|desired|desirable|an advantage|a plus)\b
        \bto (?:buy|purchase|procure|source)\b|\binterested in\b|\binvites?\b|\binvit(?:ed|ing)\b|\bmust\b|\brequired\b
        \brequirements?\b|\bneeded\b|\bideally\b|\bshould\b
        \b(?:partners?|suppliers?|vendors?|candidates?|bidders?|applicants?) (?:must|should|needs?|has to|have to|gives?|brings?|will
        |would|who|which|that|with|holding|having|able)\b
        \b(?:{_PARTNER_EN}) (?:must|should|needs?|has to|have to)\b
        \bonly (?:\w+ ){{0,2}}(?:{_PARTNER_EN})\b|\bplease (?:state|send|include|tell|indicate|mention|give|attach|quote)\b
        \brais(?:e|es|ing) \w+ (?:million|thousand)\b|\bwould (?:be (?:welcome|ideal|useful)|help)\b|\bpreference\b
        \bno (?:\w+ ){{0,2}}(?:partners|suppliers|bidders)\b
        """,
        "es": r"""
        \bbusc(?:o|amos|a|an|ando)\b|\bbúsqueda de\b|\brequer(?:imos|ido|ida|idos|idas|ir)\b|\brequier(?:e|en|o)\b
        \brequisitos?\b|\bnecesit(?:o|amos|a|an)\b|\bquer(?:emos|ríamos)\b|\bquiero\b|\bdese(?:amos|o|a|an)\b
        \bnos interesan?\b|\binteresa[n]?\b|\binteresad[oa]s?\b|\bsolicit(?:amos|o|a|an)\b|\bcompr(?:amos|o)\b|\badquirir\b
        \bconsumimos\b|\bimportamos\b|\bexig(?:imos|e|en)\b|\bindispensable|\bimprescindible|\bobligatori[oa]
        \b(?:socio|proveedor|fabricante|aliado|candidato|taller|planta|empresa|distribuidor|importador)\w* debe\w*
        \bdebe(?:n|rá|rán)?\b|\bvalor(?:amos|a|ará|arán)\b|\bpedimos\b|\besperamos\b|\binvitamos\b|\bse (?:exige|requiere|solicita|busca|valora|pide
        |necesita|prefiere|dará)n?\b|\bfavor de\b|\bpreferimos\b|\bpreferente|\bde preferencia\b|\bpreferencia\b|\bdeseable
        \b(?:socios?|proveedor(?:es|a)?|candidatos?|aliados?) (?:debe|deberá|tendr|aport|que|con|idea)
        \bno (?:se )?acept|\bgustaría\b|\bbienvenid|\bideal(?:mente)?\b|\bal menos\b|\bcomo mínimo\b
        """,
        "fr": r"""
        \b(?:re)?cherch(?:ons|e|ent|ant|é|ée|és)\b(?! et développement)|\bà la recherche\b|\brecherche (?=de |d['’]|un|des|deux)
        \bsouhait(?:ons|e|ent|é|ée|able)\w*|\bvoulons\b|\bvoudri\w+|\bbesoins?\b|\bachet(?:ons|e|ent)\b|\bachats?\b
        \bdésir(?:ons|ent)\b|\bexig(?:eons|e|ent|é|ée|és|ées)\b|\bexigences?\b|\brequis(?:e|es)?\b|\bdemandons\b
        \bappréci(?:ons|erions)\b|\bprivilégi\w+|\bpréfér\w+|\battendons\b|\baimeri\w+|\bmerci d|\bveuillez\b
        \bobligatoires?\b|\bindispensables?\b|\bimpérati\w+|\bdev(?:ra|ront|rait|raient)\b|\bdoi(?:t|vent)\b
        \b(?:le |la |les )?(?:partenaire|fournisseur|candidat|soumissionnaire)s? (?:doi|dev|apport|qui|ayant|idé)
        \bidéalement\b|\bde préférence\b|\batout\b|\bau moins\b|\bau minimum\b
        """,
        "zh-hant": r"""
        徵求|尋求|尋找|尋覓|找尋|誠徵|徵(?![收信件得])|正在找|需要|需求|需(?:具|有|能|通過|取得|提供|為|配合|符合|可|熟)|須|必須|務必
        應(?:具|提供|能|有|為|可|通過|取得|符合)|(?<!符合)(?<!產地)(?<!法規)(?<!依)要求(?=具|供|須|符合|提供|有|至少|通過|取得|月|年|合作|對方|廠)
        採購(?!主管|顧問|人員|經理)|擬購|欲購|擬新增|購買|欲|希望|期盼|期待|期望|盼|招募|募資|募集|擬募|僅限|限於|限由|為限
        合作(?:方|業者|廠商|夥伴)(?:須|應|需|具|能|可|提供)|供應商(?:須|應|需|必|能|可|提供|具|請|若)|夥伴(?:須|應|需|具)|廠商(?:須|應|需|具)
        歡迎|優先|尤佳|為佳|更佳|請(?:列|提|附|說|報|註)|至少|以上(?=者|之|的)
        """,
    }
)

#: A verb of one's own doing. In a sentence that already seeks, some of these tell what the partner is to do.
OFFER = compiled(
    {
        "en": r"""
        \bwe (?:\w+ ){0,2}?(?:offer|make|made|provide|supply|sell|build|built|design|run|give|bring|hold|operate|own|export
        |produce|manufacture|serve|ship|develop|assemble|install|machine|convert|train|help|grow|share|deliver|delivered
        |support|transfer|host|pay|have|can|do|work)\b|\b(?:are|is) (?:certified|accredited|registered)\b
        \b(?:can be|is|are) (?:supplied|offered|available|provided|shared|included)\b|\boffer(?:s|ing)\b
        \b(?:makers?|manufacturers?|producers?|builders?|suppliers?|providers?|designers?) of\b
        """,
        "es": r"""
        \b\w{3,}(?<!gr)(?<!extr)(?:amos|emos)\b|\b(?:producimos|cubrimos|distribuimos|recibimos|compartimos|servimos|construimos|imprimimos
        |fundimos|surtimos)\b|\bofrec(?:e|o|en)\b|\bsomos\b|\bdamos\b|\bfabricantes? de\b|\bproductor(?:es)? de\b
        """,
        "fr": r"""
        \bnous (?!(?:re)?cherch|souhait|voul|achet|désir|exig|demand|appréci|privil|préfér|attend|aim)(?:\w+ )?\w+ons\b
        \boffr(?:ons|e|ant)\b|\bet (?!(?:re)?cherch|souhait|voul|achet|désir|exig|demand)\w+ons\b|\bfabricants? de\b
        \bconception de\b|\bnous sommes\b|\bproduisons\b|\bdisposons\b|\bdétenons\b
        """,
        "zh-hant": r"""
        提供|可供應|供應(?!商|鏈)|生產|製造|專營|專業|具備|擁有|備有|設有|自有|現有|通過|取得|已獲|可協助|可配合|可依|從事|開發
        研發|銷售|外銷|出口|月產|年產|產能|服務
        """,
    }
)

#: One's own side as the subject: an offer unless the clause seeks.
OWN = compiled(
    {
        "en": r"\b(?:we|i|our|my)\b",
        "es": r"\b(?:nosotros|nuestr[oa]s?|mi)\b",
        "fr": r"\b(?:nous|notre|nos|mon|ma)\b",
        "zh-hant": r"本(?!土|地|年|月|日|案|次|計|身|質|產品|批|項)|我方|我們|敝",
    }
)

#: What somebody does not do or have.
DENY = compiled(
    {
        "en": r"""
        \b(?:do|does|did|can|could|will|would|is|are|have|has)(?:n['’]t| not| neither| never)\b|\bcannot\b|\bnever\b|\bno longer\b
        \bnot (?:yet|able|in our|part of|our|available|offered|certified|accredited|registered|currently)\b
        \boutside our\b|\bout of scope\b|\bwe (?:lack|have no|hold no|offer no|carry no|keep no|make no|employ no)\b
        \bno (?:\w+ ){0,2}(?:certificat\w+|accreditation|staff|experience|capacity|production|approval|export\w*)\b
        \bwithout (?:\w+ ){0,2}(?:certif\w+|accredit\w+|approval|experience|registration)\b|\black(?:s|ing)?\b|\bexcept\b|\bno (?:\w+[- ])?(?:English|Spanish|French|Mandarin|Chinese|Japanese)\b
        """,
        "es": r"""
        \bno (?!sólo|solo|solamente|menos|obstante|más de)\w+|\btampoco\b|\bnunca\b|\bcarecemos\b|\bningun[ao]?\b
        \bsin (?:\w+ ){0,2}(?:certific\w+|acredit\w+|experiencia|registro|aprobaci\w+)
        """,
        "fr": r"""
        \bn(?:e |['’])(?:\w+ ){0,2}?\w+ (?:pas|plus|aucune?|jamais|encore|ni)\b|\bpas (?:de|d['’]|encore)|\baucune?\b|\bni\b
        \bsans (?:\w+ ){0,2}(?:certif\w+|accrédit\w+|expérience|agrément|homologation)
        """,
        "zh-hant": r"""
        不(?:做|提供|生產|製造|承接|接|接受|供應|銷售|出口|外銷|從事|涉及|具|負責|處理|對外|販售|辦|包含|包括|涵蓋|適用|屬|擅|支援
        考慮|代理|設|參與|會|能|可(?!或缺|拆)|是|經營|兼|再|賣|收|出貨|與|在)|沒有|未(?:具|取得|通過|獲|能|有|提供|曾|涉|設|申請|承接|經|開放|外銷|出口)
        尚未|尚無|並無|目前無|毫無|無(?:法|此|相關|能力|意|庫存|[^，。；、]{0,6}(?:經驗|認證|能力|資格|實績|產線|據點|許可|執照))|非(?:本公司|我方)|無(?=[A-Z])|無[中英西法日韓]{1,3}[文語]
        """,
    }
)

#: A must.
STRICT = compiled(
    {
        "en": r"""
        \bmust\b|\brequire[ds]?\b|\brequirements?\b|\bmandatory\b|\bessential\b|\bnecessary\b|\bneed(?:s|ed)?\b|\bonly\b
        \bat least\b|\bno less than\b|\bminimum\b|\bhas to\b|\bhave to\b|\ba condition\b|\bindispensable\b|\bnon-negotiable\b
        \bshall\b|\binsist\b|\bwithout\b
        """,
        "es": r"""
        \bdebe(?:n|rá|rán)?\b|\bindispensable|\bimprescindible|\bobligatori\w+|\brequisitos?\b|\brequer\w+|\brequier\w+|\bexig\w+
        \bnecesari\w+|\bnecesit\w+|\bs[oó]lo\b|\búnicamente\b|\bal menos\b|\bpor lo menos\b|\bcomo mínimo\b|\bmínim[oa]\b|\bforzos\w+|\bsin\b
        """,
        "fr": r"""
        \bdoi(?:t|vent)\b|\bdevr(?:a|ont)\b|\bexig\w+|\brequis\w*|\bobligatoire\w*|\bindispensable\w*|\bimpérati\w+|\bnécessaire\w*
        \bessentiel\w*|\bau moins\b|\bminim(?:um|ale?|aux)\b|\bseul\w*|\buniquement\b|\bsans\b
        """,
        "zh-hant": r"必須|必備|務必|須|需(?!求)|應(?!用)|要求|限|至少|以上|不可或缺|一定|僅|只接受|為限|強制|無|未具",
    }
)

#: A wish.
MILD = compiled(
    {
        "en": r"""
        \bprefer\w*|\bideal(?:ly)?\b|\ba plus\b|\badvantage|\bbonus\b|\bwelcome\b|\bnice\b|\bdesir(?:able|ed)\b|\bappreciated?\b
        \bwould be\b|\bwould help\b|\bhelpful\b|\bvalued?\b|\bif possible\b|\bbest\b|\boptional\b|\bnot (?:a must|essential|mandatory)\b
        """,
        "es": r"""
        \bprefer\w*|\bideal(?:mente)?\b|\bdeseable\w*|\b(?:se )?valor(?:a|an|ará|arán|amos)\b|\bventaja\b|\bplus\b|\bapreci\w+
        \bde ser posible\b|\bsi es posible\b|\bopcional\w*|\bgustaría\b|\bbienvenid\w+|\bsería (?:bueno|útil)\b
        """,
        "fr": r"""
        \bpréfér\w+|\bidéal\w*|\bsouhait\w+|\batout\b|\bun plus\b|\bappréci\w+|\bserai(?:t|ent)\b|\bsi possible\b|\bfacultati\w+
        \bprivilégi\w+|\bbienvenu\w*|\bavantage\b
        """,
        "zh-hant": r"優先|尤佳|為佳|更佳|較佳|佳(?=[。，；]|$)|加分|最好|歡迎|希望|期盼|期望|期待|可選|非必要|非必須",
    }
)

#: Says how much, or that something is no must: beside a wish these make no demand.
BOUND = re.compile(
    r"\b(?:at least|no less than|no fewer than|minimum|al menos|por lo menos|como mínimo|mínim[oa]|au moins|au minimum|minim(?:um|ale?))\b|至少|以上"
    r"|\b(?:not|no|pas) (?:a |es |est )?(?:must|essential|mandatory|required|obligatori\w+|obligatoire|indispensable)",
    re.IGNORECASE,
)

#: Not asked for.
WAIVED = compiled(
    {
        "en": r"""
        \bnot (?:required|needed|necessary|mandatory|a requirement|essential|a must)\b|\bno need\b|\bneed not\b|\bunnecessary\b
        \b\w+n['’]t (?:required|needed|necessary|need|require)\b|\bdo(?:es)? not (?:need|require|matter)\b|\bdo(?:es)?n['’]t matter\b
        \bno (?:\w+ ){0,3}(?:is |are )?(?:required|needed|necessary)\b|\bno (?:certificat\w+|accreditation)\b(?! no)|\boptional\b
        """,
        "es": r"""
        \bno (?:se |es |son |hace )?(?:exig\w+|requier\w+|necesari\w+|obligatori\w+|indispensable|falta|pedimos|importa|necesit\w+
        |requer\w+|precisa\w*)|\bsin necesidad\b
        """,
        "fr": r"""
        \b(?:pas|aucunement|non|aucune \w+) (?:exig\w+|requis\w*|nécessaires?|obligatoires?|besoin|indispensables?)
        \bn['’](?:exigeons|est|avons) pas (?:exig|requis|nécess|oblig|besoin)|\bn['’]exigeons (?:pas|aucun)|\bne demandons (?:pas|aucun)
        """,
        "zh-hant": r"不需|無須|無需|毋須|不要求|不必|免(?=[具附驗認備])|不限(?:制)?|非必(?:要|須|備)",
    }
)

#: Lacking it is what rules somebody out.
WITHOUT = re.compile(
    r"\bwithout\b|\bsin\b|\bsans\b|\black(?:s|ing)?\b|\bno (?:tengan|cuenten)\b|無|沒有|未(?:具|取得|通過|持有|獲)|不具",
    re.IGNORECASE,
)
NOT_CONSIDERED = re.compile(
    either(
        r"""
        \bno (?:\w+ ){0,2}without|(?:\bnot|n['’]t|cannot|\bnever) (?:\w+ ){0,2}(?:consider|accept|work|buy|source|evaluate|qualify|bid|apply)
        \bno (?:se )?(?:acept|consider|evalu|trabaj|compr|admit)|abst[ée]n
        \bne (?:\w+ )?(?:considér|accept|retien|travaill|étudi|ser)\w*|恕不|勿|不(?:接受|考慮|予|得|與)|無法(?:接受|合作)|not be considered
        """
    ),
    re.IGNORECASE,
)
#: Of the certificates that the sentence names.
NOT_CERTIFIED = re.compile(
    r"\bnot (?:yet |currently |formally )?(?:certified|accredited|registered)\b|\bwithout (?:the )?certific\w+|\bno (?:estamos|está|somos) (?:certificad|acreditad)"
    r"|\b(?:pas|ni) (?:encore )?(?:certifié|accrédité)|未(?:經|獲|取得|通過)(?:正式)?(?:認證|驗證)|尚未(?:認證|驗證|取得證書)",
    re.IGNORECASE,
)
CONTRAST = re.compile(r"\s*(?:but|although|though|yet|pero|aunque|sino|mais|但|惟|不過)", re.IGNORECASE)
#: A kind of company, on either side.
TRADE = re.compile(
    r"\b(?:makers?|manufacturers?|producers?|builders?|suppliers?|providers?|designers?|fabricantes?|fabricants?|productor(?:es)?) (?:of|de)\b",
    re.IGNORECASE,
)
