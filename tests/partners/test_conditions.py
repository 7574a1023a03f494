"""Conditions read out of what people write, in the four languages."""
# ruff: noqa: E501 -- a case per line

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners import conditions
from partners.models import PartnerRequest
from partners.reading import capacities, certificates, numbers, wording

LANGUAGES = ["en", "zh-hant", "es", "fr"]


def asked(text: str, language: str, type: str = "business_request") -> set[str]:  # noqa: A002 -- as the field
    """Each condition in one word: "!" required, "?" preferred, kind, value and amount."""
    found = conditions.read_request("", "", text, language, type=type)
    return {
        f"{'!' if one.is_required else '?'}{one.kind} {one.value}"
        + (f" {one.amount}" if one.amount is not None else "")
        for one in found
    }


REQUIRED = [
    ("en", "Suppliers must hold IATF 16949.", {"!certification IATF 16949"}),
    ("en", "The partner needs ISO9001:2015 and AS9100D.", {"!certification ISO 9001", "!certification AS9100"}),
    ("en", "We look for a maker that is FDA registered.", {"!certification FDA"}),
    ("en", "ISO 13485 certification is mandatory.", {"!certification ISO 13485"}),
    ("en", "We will not consider suppliers without BRC certification.", {"!certification BRCGS"}),
    ("en", "We seek a packer with UL or CSA listing.", {"!certification UL | CSA"}),
    ("zh-hant", "需具備 ISO 13485 認證。", {"!certification ISO 13485"}),
    ("zh-hant", "供應商須通過HACCP及ISO22000驗證。", {"!certification HACCP", "!certification ISO 22000"}),
    ("zh-hant", "合作廠必須取得有機認證。", {"!certification Organic"}),
    ("zh-hant", "未具備 IATF16949 者恕不考慮。", {"!certification IATF 16949"}),
    ("es", "Indispensable contar con certificación FSSC 22000.", {"!certification FSSC 22000"}),
    ("es", "Buscamos un taller con acreditación Nadcap.", {"!certification Nadcap"}),
    ("es", "El proveedor debe tener ISO 9001 vigente.", {"!certification ISO 9001"}),
    ("es", "No se aceptan proveedores sin certificación OEKO-TEX.", {"!certification OEKO-TEX"}),
    ("fr", "Le fournisseur doit être certifié FSC.", {"!certification FSC"}),
    ("fr", "Certification ISO 14001 exigée.", {"!certification ISO 14001"}),
    ("fr", "Nous cherchons un atelier accrédité Nadcap.", {"!certification Nadcap"}),
    ("en", "Spanish-speaking staff are required.", {"!language es"}),
    ("en", "We need manuals in French and English.", {"!language fr", "!language en"}),
    ("en", "Support in Mandarin or English is a must.", {"!language zh-hant | en"}),
    ("zh-hant", "需能以英文溝通。", {"!language en"}),
    ("zh-hant", "須提供西班牙文說明書。", {"!language es"}),
    ("es", "Se requiere atención en inglés.", {"!language en"}),
    ("fr", "Un service en français est exigé.", {"!language fr"}),
    ("en", "At least 50 employees.", {"!size 50-249 | 250+"}),
    ("en", "Only firms with fewer than 50 employees.", {"!size 1-9 | 10-49"}),
    ("zh-hant", "員工至少五十人。", {"!size 50-249 | 250+"}),
    ("es", "Mínimo 250 empleados.", {"!size 250+"}),
    ("fr", "Au moins dix salariés.", {"!size 10-49 | 50-249 | 250+"}),
    ("en", "Capacity of at least 20,000 pieces a month.", {"!capacity pieces/month 20000"}),
    ("en", "We need 600,000 units per year.", {"!capacity pieces/month 50000"}),
    ("zh-hant", "月產能五萬件以上。", {"!capacity pieces/month 50000"}),
    ("zh-hant", "每月需求1.5萬公斤。", {"!capacity kg/month 15000"}),
    ("es", "Capacidad mínima de 20 mil piezas al mes.", {"!capacity pieces/month 20000"}),
    ("es", "Requerimos dos millones de envases anuales.", {"!capacity pieces/month 166666.67"}),
    ("fr", "Capacité d'au moins 1 500 unités par mois.", {"!capacity pieces/month 1500"}),
    ("fr", "Une cadence de 3 000 à 5 000 bouteilles par heure est exigée.", {"!capacity pieces/hour 3000"}),
    ("en", "We prefer women-owned suppliers, and they must be women-owned.", {"!ownership women_owned"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), REQUIRED)
def test_a_must_is_read_as_required(language, text, expected):
    assert asked(text, language) == expected


EVERYDAY = [
    ("en", "We are looking for a die caster certified to IATF 16949; suppliers without a valid certificate cannot be considered. Monthly volume is 40,000 housings.", {"!certification IATF 16949", "!capacity pieces/month 40000"}),
    ("en", "The manufacturer has to be HACCP and SQF certified. Lots of two tonnes per week.", {"!certification HACCP", "!certification SQF", "!capacity kg/month 8666.67"}),
    ("en", "We need a partner big enough to carry the load: no fewer than 100 staff.", {"!size 50-249 | 250+"}),
    ("en", "Small workshops of under ten people are what we want.", {"!size 1-9"}),
    ("en", "Only women-owned businesses may apply. Must already sell in Canada.", {"!ownership women_owned", "!market CA"}),
    ("en", "Please note that we cannot accept suppliers based in Mexico.", {"!excluded MX"}),
    ("en", "The buyer insists on FSC-certified board; recycled content is nice to have.", {"!certification FSC"}),
    ("en", "English is enough; no Spanish needed.", {"!language en"}),
    ("zh-hant", "徵求通過 AS9100 與 Nadcap 之加工廠，月產能須達三萬件，並具英語業務窗口，員工五十人以上。", {"!certification AS9100", "!certification Nadcap", "!capacity pieces/month 30000", "!language en", "!size 50-249 | 250+"}),
    ("zh-hant", "合作廠商應具備清真認證，年產量至少兩百公噸，且不接受來自中國大陸之原料供應商。", {"!certification Halal", "!capacity kg/month 16666.67", "!excluded CN"}),
    ("zh-hant", "限北美業者，不考慮歐洲公司；規模五十人以上為佳。", {"!excluded EU", "?size 50-249 | 250+"}),
    ("zh-hant", "僅限女性經營之企業。供應商須具備外銷日本經驗。", {"!ownership women_owned", "!market JP"}),
    ("es", "Buscamos maquilador con FDA y BPM que pueda surtir por lo menos 3 toneladas por semana; es necesario que atiendan en inglés.", {"!certification FDA", "!certification GMP", "!capacity kg/month 13000", "!language en"}),
    ("es", "No consideramos ofertas de Canadá. El socio ideal tiene más de 50 trabajadores.", {"!excluded CA", "?size 50-249 | 250+"}),
    ("es", "Preferimos cooperativas lideradas por mujeres con certificación de comercio justo.", {"?ownership women_owned", "?certification Fair Trade"}),
    ("fr", "Le partenaire doit détenir la certification BRCGS ainsi qu'une capacité mensuelle minimale de 10 000 bocaux.", {"!certification BRCGS", "!capacity pieces/month 10000"}),
    ("fr", "Nous écartons les fournisseurs américains. Une équipe parlant espagnol est indispensable, ISO 9001 souhaitée.", {"!excluded US", "!language es", "?certification ISO 9001"}),
    ("fr", "Nous voulons une entreprise de moins de 50 personnes, détenue par des femmes.", {"!size 1-9 | 10-49", "!ownership women_owned"}),
    ("fr", "Certification halal obligatoire, casher un atout.", {"!certification Halal", "?certification Kosher"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), EVERYDAY)
def test_everyday_wording_is_read(language, text, expected):
    assert asked(text, language) == expected


PREFERRED = [
    ("en", "ISO 14001 would be a plus.", {"?certification ISO 14001"}),
    ("en", "We prefer makers with FSC.", {"?certification FSC"}),
    ("en", "Ideally the team speaks Spanish.", {"?language es"}),
    ("zh-hant", "具 ISO 9001 者尤佳。", {"?certification ISO 9001"}),
    ("zh-hant", "通過 BSCI 者優先。", {"?certification BSCI"}),
    ("es", "Se valora certificación Kosher.", {"?certification Kosher"}),
    ("es", "Deseable personal que hable inglés.", {"?language en"}),
    ("fr", "De préférence certifié biologique.", {"?certification Organic"}),
    ("fr", "La certification B Corp serait un atout.", {"?certification B Corp"}),
    ("en", "We seek women-owned partners if possible.", {"?ownership women_owned"}),
]


@pytest.mark.parametrize(("language", "text", "expected"), PREFERRED)
def test_a_wish_is_read_as_preferred(language, text, expected):
    assert asked(text, language) == expected


EXCLUDED = [
    ("en", "No European partners.", {"!excluded EU"}),
    ("en", "We do not work with suppliers from mainland China.", {"!excluded CN"}),
    ("en", "Open to all economies except Mexico and Canada.", {"!excluded MX", "!excluded CA"}),
    ("zh-hant", "不接受中國大陸供應商。", {"!excluded CN"}),
    ("zh-hant", "墨西哥業者除外。", {"!excluded MX"}),
    ("es", "No trabajamos con proveedores de Estados Unidos.", {"!excluded US"}),
    ("es", "Salvo socios de Canadá.", {"!excluded CA"}),
    ("fr", "Nous ne travaillons pas avec des fournisseurs du Mexique.", {"!excluded MX"}),
    ("fr", "Sauf partenaires de Taïwan.", {"!excluded TW"}),
]


@pytest.mark.parametrize(("language", "text", "expected"), EXCLUDED)
def test_where_no_partner_is_wanted_is_read(language, text, expected):
    assert asked(text, language) == expected


NOTHING = [
    ("en", "Certification not required."),
    ("en", "ISO 9001 is not required."),
    ("en", "No minimum order."),
    ("en", "Minimum order 5,000 pieces per year."),
    ("en", "We are ISO 9001 certified and make 20,000 pieces a month."),
    ("en", "Delivery to the European Union and no lead time above six weeks."),
    ("zh-hant", "不需 ISO 認證。"),
    ("zh-hant", "本公司已通過 ISO 9001，月產能五萬件。"),
    ("zh-hant", "聘用第一位員工。"),
    ("es", "No se exige certificación ISO 9001."),
    ("es", "Contamos con ISO 9001 y producimos 20 mil piezas al mes."),
    ("fr", "La certification ISO 9001 n'est pas exigée."),
    ("fr", "Nous sommes certifiés FSC et fabriquons 1 500 unités par mois."),
    ("en", ""),
]


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_what_is_waived_or_the_posters_own_asks_nothing(language, text):
    assert asked(text, language) == set()


def test_a_suggestion_shows_where_it_was_read():
    text = "We make valves. The partner must hold API 6D. Delivery by sea."
    [suggested] = conditions.read_request("", "", text, "en", type="business_request")
    assert suggested.quote == "The partner must hold API 6D."
    assert suggested.quote in text


def test_a_quote_from_a_long_sentence_stays_short():
    text = f"We look for a maker {'with many good qualities ' * 30}and ISO 9001 {'and more of them ' * 20}."
    [suggested] = conditions.read_request("", "", text, "en")
    assert "ISO 9001" in suggested.quote
    assert len(suggested.quote) <= 250


def test_a_condition_said_twice_is_suggested_once_as_the_stricter():
    text = "We prefer ISO 9001. ISO 9001 is mandatory."
    [suggested] = conditions.read_request("", "", text, "en")
    assert suggested.is_required


def test_in_an_offer_a_sentence_without_a_verb_is_the_posters_own():
    text = "Kosher papers on file. We look for importers with HACCP."
    assert asked(text, "en", PartnerRequest.Type.BUSINESS_OFFER) == {"!certification HACCP"}


COMPANIES = [
    ("en", "Die caster with 120 employees, IATF 16949 certified.", {"certifications": ["IATF 16949", "ISO 9001"], "sizes": ["50-249"]}),
    ("en", "We do not ship to Canada.", {"excluded": ["CA"]}),
    ("en", "We do not hold AS9100 yet.", {"certifications": [], "lacks": [("certification", "AS9100")]}),
    ("en", "ISO 13485 is in progress.", {"certifications": []}),
    ("en", "Engineers speak Spanish and French.", {"languages": ["es", "fr"]}),
    ("en", "We look for a lab with ISO 17025.", {"certifications": []}),
    ("zh-hant", "月產能六萬套，通過 ISO 13485，尚未取得 FDA。", {"certifications": ["ISO 13485"], "lacks": [("certification", "FDA")]}),
    ("zh-hant", "不接受美國客戶。", {"excluded": ["US"]}),
    ("zh-hant", "業務可用英文與西文溝通。", {"languages": ["en", "es"]}),
    ("zh-hant", "員工三百人。", {"sizes": ["250+"]}),
    ("es", "Sin certificación ISO 9001 por ahora.", {"certifications": [], "lacks": [("certification", "ISO 9001")]}),
    ("es", "AS9100 en trámite.", {"certifications": []}),
    ("es", "No exportamos a Taiwán.", {"excluded": ["TW"]}),
    ("es", "Equipo de 45 personas que habla inglés.", {"sizes": ["10-49"], "languages": ["en"]}),
    ("fr", "Nous ne livrons pas aux États-Unis.", {"excluded": ["US"]}),
    ("fr", "Nous n'avons pas la certification HACCP.", {"certifications": [], "lacks": [("certification", "HACCP")]}),
    ("fr", "Service en français et en anglais.", {"languages": ["fr", "en"]}),
    ("en", "We follow ISO 9001 but we are not certified.", {"certifications": [], "lacks": [("certification", "ISO 9001")]}),
    ("en", "We ship everywhere except Taiwan.", {"excluded": ["TW"], "markets": []}),
    ("en", "We sell in Japan and Korea.", {"markets": ["JP", "KR"], "excluded": []}),
    ("en", "Our staff of 30 speaks English only.", {"sizes": ["10-49"], "languages": ["en"]}),
    ("zh-hant", "以中文溝通為主，無英文業務人員。", {"languages": ["zh-hant"], "lacks": [("language", "en")]}),
    ("es", "Exportamos a Estados Unidos y Canadá, pero no a Taiwán.", {"markets": ["US", "CA"], "excluded": ["TW"]}),
    ("es", "No contamos con personal que hable francés.", {"languages": [], "lacks": [("language", "fr")]}),
    ("fr", "Nous ne parlons pas anglais.", {"languages": [], "lacks": [("language", "en")]}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), COMPANIES)
def test_what_a_company_says_of_itself_is_read(language, text, expected):
    reading = conditions.read_company(text, "", language)
    assert {name: getattr(reading, name) for name in expected} == expected


VOLUMES = [
    ("en", "We make 20,000 pieces a month.", "20000 pieces/month"),
    ("en", "Annual output is 1.2 million bottles.", "100000 pieces/month"),
    ("zh-hant", "月產能六萬套。", "60000 pieces/month"),
    ("zh-hant", "年產一萬二千公噸。", "1000000 kg/month"),
    ("zh-hant", "日處理量八十公噸。", "2000000 kg/month"),
    ("zh-hant", "每年1.2億個。", "10000000 pieces/month"),
    ("es", "Capacidad de 300 mil piezas por mes.", "300000 pieces/month"),
    ("es", "Consumimos 900 toneladas mensuales.", "900000 kg/month"),
    ("fr", "Capacité de 9 000 m³ par année.", "750 m³/month"),
    ("fr", "Production de 40 millions d'unités par an.", "3333333.33 pieces/month"),
]


@pytest.mark.parametrize(("language", "text", "expected"), VOLUMES)
def test_a_capacity_is_read_in_one_unit(language, text, expected):
    [volume] = capacities.volumes(text, language)
    assert f"{volume.amount} {volume.unit}" == expected


def test_a_company_makes_the_most_it_says_and_a_request_asks_the_least():
    text = "We make 300 to 800 pieces a week."
    [held] = conditions.read_company(text, "", "en").capacities
    assert held == conditions.Held("pieces/month", Decimal("3466.67"))
    assert asked("We need 300 to 800 pieces a week.", "en") == {"!capacity pieces/month 1300"}


SIDES = [
    ("en", "We make valves. We look for a distributor.", "We make valves.", "We look for a distributor.", ""),
    ("en", "We mill titanium but do not anodize.", "We mill titanium", "", "but do not anodize."),
    ("zh-hant", "本公司生產閥門，徵求經銷商。", "本公司生產閥門，", "徵求經銷商。", ""),
    ("zh-hant", "我方提供模具，目前沒有輪椅產品線。", "我方提供模具，", "", "目前沒有輪椅產品線。"),
    ("es", "Fabricamos válvulas y buscamos distribuidor.", "Fabricamos válvulas", "y buscamos distribuidor.", ""),
    ("es", "No producimos fibra moldeada. Ofrecemos cajas.", "Ofrecemos cajas.", "", "No producimos fibra moldeada."),
    ("fr", "Nous fabriquons des vannes et cherchons un importateur.", "Nous fabriquons des vannes", "et cherchons un importateur.", ""),
    ("fr", "Nous offrons un logiciel. Pas de doublage.", "Nous offrons un logiciel.", "", "Pas de doublage."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "offers", "seeks", "denies"), SIDES)
def test_a_text_is_split_by_side(language, text, offers, seeks, denies):
    assert conditions.side_of(text, language) == conditions.Sides(offers, seeks, denies)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ISO9001:2015", "ISO 9001"),
        ("certificación ISO-9001", "ISO 9001"),
        ("IATF16949", "IATF 16949"),
        ("AS9100D", "AS9100"),
        ("Nadcap NDT", "Nadcap"),
        ("BRCGS Storage", "BRCGS"),
        ("Orgánico USDA", "USDA Organic"),
        ("有機驗證", "Organic"),
        ("清真", "Halal"),
        ("GlobalG.A.P.", "GLOBALG.A.P."),
        ("OEA", "AEO"),
        ("SOC 2 Type II", "SOC 2"),
        ("SAT  PAC", "SAT PAC"),
    ],
)
def test_a_certificate_has_one_spelling(written, value):
    assert certificates.spelled(written) == value
    assert certificates.spelled(value) == value


def test_a_certificate_includes_what_it_is_built_on():
    assert set(certificates.with_implied(["FSSC 22000"])) == {"FSSC 22000", "ISO 22000", "HACCP", "GFSI"}


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=400))
def test_no_text_breaks_the_reading(language, text):
    conditions.read_request(text, text, text, language)
    conditions.read_company(text, text, language)
    conditions.side_of(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=60)
@given(text=st.text(alphabet="0123456789.,' 一二十百千萬億件月年mil%/每", max_size=60))
def test_no_figure_breaks_the_reading(language, text):
    for amount in numbers.amounts(text, language):
        assert 0 <= amount.start < amount.end <= len(text)
        assert amount.value >= 0
    conditions.read_request("", "", text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=100)
@given(text=st.text(alphabet="aeo ,.;。，不我y but wir徵求we look for\n", max_size=120))
def test_every_word_of_a_text_is_on_one_side(language, text):
    joined = "".join(stretch.text for stretch in wording.stretches(text, language))
    assert "".join(joined.split()) == "".join(text.split())


@given(number=st.integers(min_value=1000, max_value=10**9))
def test_a_grouped_number_is_read_as_it_was_written(number):
    for language, mark in (("en", ","), ("es", ","), ("es", "."), ("fr", "\u202f"), ("fr", " "), ("zh-hant", ",")):
        written = f"{number:,}".replace(",", mark)
        assert [amount.value for amount in numbers.amounts(f"x {written} y", language)] == [number]


@given(number=st.integers(min_value=2, max_value=9999))
def test_a_number_in_han_characters_is_read(number):
    assert [amount.value for amount in numbers.amounts(f"約{in_han(number)}件", "zh-hant")] == [number]


def in_han(number: int) -> str:
    """As Chinese writes it: 2005 is 二千零五."""
    written, pending = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if pending and written else "") + "〇一二三四五六七八九"[digit] + name
            pending = False
        else:
            pending = True
    return written


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "fifty thousand", 50_000),
        ("en", "two hundred and fifty", 250),
        ("en", "1.5 million", 1_500_000),
        ("en", "3.500", Decimal("3.5")),
        ("es", "20 mil", 20_000),
        ("es", "2.400", 2_400),
        ("es", "ciento veinte", 120),
        ("es", "dos millones", 2_000_000),
        ("fr", "1 500", 1_500),
        ("fr", "3,5", Decimal("3.5")),
        ("fr", "quatre-vingt-dix", 90),
        ("fr", "deux cent mille", 200_000),
        ("zh-hant", "1.5億", 150_000_000),
        ("zh-hant", "二十三萬五千", 235_000),
        ("zh-hant", "300萬", 3_000_000),
    ],
)
def test_numbers_are_read_as_people_write_them(language, text, value):
    assert [amount.value for amount in numbers.amounts(text, language)] == [value]
