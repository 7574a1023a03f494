"""Reference rows with their true codes; asking twice gives the same row."""

from portal.reference.models import Agreement, Economy, Sector, Topic

_ECONOMIES = {
    "US": ("United States", "美國", "Estados Unidos", "États-Unis", "America/New_York", "USD"),
    "TW": ("Taiwan", "臺灣", "Taiwán", "Taïwan", "Asia/Taipei", "TWD"),
    "CA": ("Canada", "加拿大", "Canadá", "Canada", "America/Toronto", "CAD"),
    "MX": ("Mexico", "墨西哥", "México", "Mexique", "America/Mexico_City", "MXN"),
}


def economy(code):
    en, zh, es, fr, zone, currency = _ECONOMIES[code]
    row, _created = Economy.objects.get_or_create(
        code=code,
        defaults={
            "name_en": en,
            "name_zh_hant": zh,
            "name_es": es,
            "name_fr": fr,
            "time_zones": [zone],
            "default_time_zone": zone,
            "currency": currency,
            "is_apec_member": True,
            "is_focus": True,
        },
    )
    return row


def agreement(slug="usmca", parties=("US", "MX", "CA"), languages=("en", "es", "fr")):
    row, created = Agreement.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": "trade_agreement",
            "title_en": f"Agreement {slug}",
            "short_name_en": slug.upper(),
            "languages": list(languages),
        },
    )
    if created:
        row.parties.set([economy(code) for code in parties])
    return row


def topic(slug="customs-procedures", label="Customs procedures", label_zh_hant="通關程序"):
    row, _created = Topic.objects.get_or_create(slug=slug, defaults={"label_en": label, "label_zh_hant": label_zh_hant})
    return row


def sector(slug="processed-food", label="Processed food", parent=None, hs_chapters=("20", "21")):
    row, _created = Sector.objects.get_or_create(
        slug=slug, defaults={"label_en": label, "parent": parent, "hs_chapters": list(hs_chapters)}
    )
    return row
