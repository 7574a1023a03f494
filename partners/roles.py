"""What a company is in a trade and whom it looks for: maker, distributor, investor, adviser … read from a text.

Two firms may write about the same goods and yet be of no use to each other: both make them, both want to sell them. A
request for distributors is answered by a distributor. Words in four languages; a text may name several roles or none.
"""

import re

MAKER, DISTRIBUTOR, INVESTOR, ADVISER, RESEARCH, CONTRACTOR = (
    "maker",
    "distributor",
    "investor",
    "adviser",
    "research",
    "contractor",
)
ROLES = (MAKER, DISTRIBUTOR, INVESTOR, ADVISER, RESEARCH, CONTRACTOR)

_WORDS = {
    MAKER: r"\b(?:manufactur(?:er|ers|e|es|ing)|(?:we|and) (?:make|makes|build|produce)|makers?|producers?"
    r"|builders?|fabricat(?:or|ors|e)|factory"
    r"|mills?\b|foundry|O[ED]M|co-?packers?|contract (?:maker|packer|manufactur\w+)|growers?|breeders?"
    r"|fabricantes?|fabricamos|producimos|elaboramos|productor(?:es)?|maquilador(?:es|a)?|maquilamos|f[áa]brica"
    r"|cooperativas?|taller"
    r"|fabricants?|fabriquons|producteurs?|manufacturiers?|usine|tisseur|chocolatier)\b"
    r"|製造|生產|廠商|代工|本廠|工廠|(?<=[機構機械件料織造品酒茶])廠|農場|合作社",
    DISTRIBUTOR: r"\b(?:distribut(?:or|ors|es|ion)|importers?|wholesalers?|retailers?|resellers?|dealers?"
    r"|sales agents?|brokers?|trading (?:house|company)"
    r"|stockists?|shops?|stores?|kitting house|sells? (?:via|through)|catalogue houses?"
    r"|distribuidor(?:es|a|as)?|importador(?:es|a|as)?|mayoristas?|comercializador(?:a|as|es)?|tiendas?"
    r"|representantes?|minoristas?"
    r"|distributeurs?|importat(?:eurs?|rice)|grossistes?|d[ée]taillants?|revendeurs?|boutiques?|concessionnaires?)\b"
    r"|經銷|代理(?!孕)|進口商|批發|通路商|通路|零售|貿易商|選品店|經銷商|盤商",
    INVESTOR: r"\b(?:investors?|venture capital|(?:impact|seed|growth|investment|cleantech) funds?|fund (?:of"
    r"|providing|for)|family offices?|angels?|private equity"
    r"|equity and mezzanine|co-?invest(?:or|ors)?|strategic investor"
    r"|inversionistas?|inversores?|fondos? de (?:inversi[óo]n|impacto|capital)|capital de riesgo|coinvertir"
    r"|[áa]ngeles"
    r"|investisseurs?|fonds (?:d['’]investissement|de \d|d['’]impact)|capital[- ]risque)\b|創投|基金|投資人|投資部門"
    r"|天使|家族辦公室|策略投資|企業創投",
    ADVISER: r"\b(?:mentors?|mentoring|coach(?:es|ing)?|advis[eo]rs?|consult(?:ant|ants|ing|ancy)|mentor[ae]s?"
    r"|mentor[íi]a|asesor(?:es|a|as|[íi]a)?|consultor(?:es|a|[íi]a)?"
    r"|mentorat|conseill(?:er|ers|[èe]re)|consultants?|law office)\b|業師|顧問|輔導|諮詢",
    RESEARCH: r"\b(?:universit(?:y|ies)|research (?:lab|labs|laborator\w+|partner|centre|center|institute)"
    r"|laborator(?:y|ies)|R&D|contract research|spin-?off"
    r"|universidad(?:es)?|laboratorios?|centros? de investigaci[óo]n|universitaire|universit[ée]s?"
    r"|laboratoires?|centres? de recherche)\b"
    r"|大學|研究機構|研究所|研究型|實驗室|研究團隊",
    CONTRACTOR: r"\b(?:integrators?|installers?|(?:electrical|general) contractors?|contractors?"
    r"|engineering (?:firm|and construction)|energy service compan\w+"
    r"|integrador(?:es|a)?|instalador(?:es|a)?|contratistas?|servicios energ[ée]ticos"
    r"|int[ée]grateurs?|installateurs?|entrepreneurs? g[ée]n[ée]ra\w+)\b|系統整合|整合商|工程公司|安裝商|節能服務",
}
_COMPILED = {role: re.compile(words, re.IGNORECASE) for role, words in _WORDS.items()}


def roles_in(text: str) -> list[str]:
    """The roles that a text names, in the order of ``ROLES``."""
    return [role for role in ROLES if _COMPILED[role].search(text)]
