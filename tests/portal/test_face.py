"""What every page owes its readers: contrast, languages, a strict policy, plain words when something fails."""

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import lucide
import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.management import call_command
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.views.defaults import bad_request, server_error

from portal import clock
from portal.accounts.models import Organization
from portal.activity.log import record, timeline
from portal.notifications.models import Notification
from portal.templatetags import ui
from tests.factories.accounts import UserFactory
from tests.factories.reference import agreement, economy

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
CSS = settings.BASE_DIR / "static" / "css"
NOON = dt.datetime(2027, 5, 14, 12, 0, tzinfo=dt.UTC)


def render(source, **context):
    return engines["django"].from_string("{% load ui %}" + source).render(context)


class Page(HTMLParser):
    """What a page holds, as lists of (tag, attributes) and the text of its headings."""

    VOID = {"meta", "link", "input", "img", "br", "hr", "path", "rect", "circle"}

    def __init__(self, response):
        super().__init__()
        self.elements, self.headings, self._within = [], [], None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "h1":
            self.headings.append("")
            self._within = "h1"

    def handle_endtag(self, tag):
        if tag == "h1":
            self._within = None

    def handle_data(self, data):
        if self._within:
            self.headings[-1] += data

    def all(self, tag, **attributes):
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]


# --- Colours --------------------------------------------------------------------------------------


def tokens():
    """Every colour token: name → (light, dark) as #rrggbb."""
    pair = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
    return {name: (light, dark) for name, light, dark in pair.findall((CSS / "tokens.css").read_text())}


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ("paper", "surface", "sunken")
TEXTS = [
    *((text, ground) for text in ("ink", "ink-soft", "action", "action-strong") for ground in GROUNDS),
    *((text, "paper") for text in ("waiting", "waiting-ink", "bad", "bad-ink", "soon-ink", "good-ink", "info-ink")),
    *((text, "surface") for text in ("waiting-ink", "bad-ink", "soon-ink", "good-ink", "info-ink")),
    *((f"{tone}-ink", f"{tone}-soft") for tone in ("waiting", "info", "soon", "bad", "good", "neutral")),
    *(("ink", f"{tone}-soft") for tone in ("waiting", "info", "soon", "bad", "good", "neutral", "action")),
    *(("action", f"{tone}-soft") for tone in ("waiting", "info", "soon", "bad", "good", "neutral", "action")),
    ("action-strong", "action-soft"),
    ("on-action", "action-fill"),
    ("on-action", "action-fill-strong"),
    ("on-waiting", "waiting"),
    ("ink-soft", "neutral-soft"),
]
CONTROLS = [(edge, ground) for edge in ("line-strong", "focus", "bad", "waiting") for ground in GROUNDS]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_from_its_ground(text, ground, theme):
    colours = tokens()
    assert contrast(colours[text][theme], colours[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), CONTROLS)
def test_the_edge_of_a_control_can_be_seen(edge, ground, theme):
    colours = tokens()
    assert contrast(colours[edge][theme], colours[ground][theme]) >= 3


def test_black_on_white_has_the_contrast_that_the_guidelines_give_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_literal_colours_stand_in_the_tokens_only():
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
    others = [path for path in CSS.rglob("*.css") if path.name != "tokens.css"]
    assert [path.name for path in others if literal.search(path.read_text())] == []


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", (CSS / "tokens.css").read_text()))
    used = {name for path in CSS.rglob("*.css") for name in re.findall(r"var\((--[\w-]+)", path.read_text())}
    assert used <= defined


def test_every_component_is_imported_into_its_layer():
    main = (CSS / "main.css").read_text()
    expected = {f"components/{path.name}" for path in (CSS / "components").glob("*.css")}
    assert set(re.findall(r'url\("(components/[\w-]+\.css)"\) layer\(components\)', main)) == expected


def test_static_files_can_be_collected_with_names_that_follow_their_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)

    (collected,) = tmp_path.glob("css/main.*.css")
    imported = re.findall(r'url\("([^"]+)"\)', collected.read_text())
    assert len(imported) > 15
    assert all((tmp_path / "css" / name).is_file() for name in imported)


# --- Templates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_can_be_read_and_carries_no_inline_style_or_script(path):
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
    if "mail" in path.parts:  # mail programs know nothing else than inline styles
        return
    source = path.read_text()
    assert not re.search(r"\sstyle=", source)
    assert "<style" not in source
    assert not re.search(r"\son(click|change|submit|load|input)=", source)
    assert re.findall(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", source) == []


def test_every_icon_that_a_template_names_exists():
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    assert len(named) > 10
    for name in named:
        lucide._load_icon(name)


def test_an_icon_is_silent_unless_it_is_given_a_name():
    assert 'aria-hidden="true"' in render('{% icon "calendar" %}')
    assert "style=" not in render('{% icon "calendar" %}')
    assert 'role="img"' in render('{% icon "calendar" "Date" %}')


def test_what_a_block_renders_is_kept_without_the_space_around_it():
    assert render("{% capture as kept %}\n  {{ word }} \n{% endcapture %}[{{ kept }}]", word="yes") == "[yes]"


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_the_home_page_speaks_its_language_and_offers_the_others(client, language):
    page = Page(client.get(f"/{language}/"))

    assert page.all("html", lang=language)
    others = [link["hreflang"] for link in page.all("link", rel="alternate")]
    assert others == ["en", "zh-hant", "es", "fr", "x-default"]
    assert [link["hreflang"] for link in page.all("a") if "hreflang" in link] == ["en", "zh-hant", "es", "fr"]
    assert page.all("a")[0]["href"] == "#main"
    assert page.all("main", id="main")
    assert len(page.headings) == 1


@pytest.mark.django_db
def test_the_other_languages_of_a_page_keep_its_question(client):
    page = Page(client.get("/en/resources/?words=coffee"))
    assert "/es/resources/?words=coffee" in [link["href"] for link in page.all("a", hreflang="es")]


@pytest.mark.django_db
def test_a_page_forbids_everything_that_does_not_come_from_here(client):
    policy = client.get("/en/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_the_menu_names_where_the_reader_is(client):
    links = Page(client.get("/en/dialogues/")).all("a")
    (here,) = [link for link in links if "aria-current" in link and "lang" not in link]
    assert here == {"href": "/en/dialogues/", "aria-current": "page"}


@pytest.mark.django_db
def test_the_offices_stand_under_the_directory(client):
    links = Page(client.get("/en/offices/")).all("a")
    assert {"href": "/en/directory/", "aria-current": "true"} in links


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["agreements", "open-data", "accessibility", "contact", "reader-settings"])
def test_a_page_of_the_footer_is_open_to_everybody(client, name):
    agreement()
    page = Page(client.get(reverse(name)))
    assert len(page.headings) == 1
    assert page.all("footer")


ENTRANCE = ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
MANAGE = ["account_email", "account_change_password", "account_logout", "mfa_index"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCE)
def test_a_page_for_signing_in_wears_the_dress_of_the_portal(client, name):
    page = Page(client.get(reverse(name)))
    assert len(page.headings) == 1
    assert page.all("nav", **{"aria-label": "Main"})
    labelled = {label["for"] for label in page.all("label") if "for" in label}
    asked = {field["id"] for field in page.all("input") if field["type"] in {"email", "password", "text", "checkbox"}}
    assert asked <= labelled


@pytest.mark.django_db
@pytest.mark.parametrize("name", MANAGE)
def test_a_page_of_the_account_leads_to_the_others(client, sme, name):
    client.force_login(sme)
    page = Page(client.get(reverse(name), follow=True))
    assert len(page.headings) == 1
    assert page.all("nav", **{"aria-label": "Your account"}) or page.all("input", name="password")


# --- Time zone and appearance -----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_chooses_her_zone_and_comes_back_to_where_she_was(client):
    answer = client.post(
        reverse("reader-settings"), {"time_zone": "Asia/Taipei", "theme": "dark", "next": "/en/dialogues/?past=1"}
    )
    assert answer.url == "/en/dialogues/?past=1"

    page = client.get("/en/contact/")
    assert "Taipei (UTC+8)" in page.content.decode()
    assert Page(page).all("html", **{"data-theme": "dark"})


@pytest.mark.django_db
def test_the_zone_of_who_is_signed_in_is_kept_in_her_account(client, sme):
    client.force_login(sme)
    client.post(reverse("reader-settings"), {"time_zone": "America/Toronto", "theme": "device"})
    sme.refresh_from_db()
    assert sme.time_zone == "America/Toronto"


@pytest.mark.django_db
def test_choosing_the_appearance_of_the_device_forgets_the_one_chosen_before(client):
    client.cookies["theme"] = "dark"
    client.post(reverse("reader-settings"), {"time_zone": "UTC", "theme": "device"})
    assert client.cookies["theme"].value == ""


@pytest.mark.django_db
def test_a_zone_that_does_not_exist_is_refused(client):
    answer = client.post(reverse("reader-settings"), {"time_zone": "Mars/Olympus", "theme": "device"})
    assert answer.status_code == 200
    assert "time_zone" in answer.context["form"].errors
    assert "time_zone" not in client.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("trap", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/en/reading/"])
def test_nobody_is_sent_to_another_site_or_back_to_the_form(client, trap):
    answer = client.post(reverse("reader-settings"), {"time_zone": "UTC", "theme": "device", "next": trap})
    assert answer.url == "/en/"


@pytest.mark.django_db
def test_an_unknown_appearance_in_a_cookie_is_not_written_into_the_page(client):
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/en/").content.decode()


# --- When something fails -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_in_the_readers_language(client):
    answer = client.get("/en/nowhere/")
    assert answer.status_code == 404
    assert Page(answer).headings == ["There is no such page"]


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_told_that_nothing_was_saved():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("reader-settings"), {"time_zone": "UTC", "theme": "device"})
    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_a_fault_of_ours_is_told_without_the_database(rf):
    answer = server_error(rf.get("/en/"))
    assert answer.status_code == 500
    assert Page(answer).headings == ["Something went wrong here"]


def test_a_request_nobody_understands_is_told_without_the_database(rf):
    answer = bad_request(rf.get("/en/"), Exception())
    assert answer.status_code == 400
    assert len(Page(answer).headings) == 1


# --- Forms ------------------------------------------------------------------------------------------


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register")
    note = forms.CharField(label="Note", required=False)
    agreed = forms.BooleanField(label="Agreed")
    sides = forms.MultipleChoiceField(
        label="Sides", choices=[("us", "United States"), ("tw", "Taiwan")], widget=forms.CheckboxSelectMultiple
    )


def test_a_field_ties_its_help_and_its_error_to_the_input():
    html = Form({})["name"].as_field_group()
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_only_what_may_be_left_out_says_so():
    assert "(optional)" in Form()["note"].as_field_group()
    assert "(optional)" not in Form()["name"].as_field_group()


def test_choices_that_belong_together_are_a_fieldset_with_a_legend():
    html = Form()["sides"].as_field_group()
    assert "<fieldset" in html
    assert re.search(r"<legend[^>]*>Sides", html)


def test_what_is_wrong_is_listed_on_top_with_a_way_to_each_field():
    html = render_to_string("components/form.html", {"form": Form({}), "label": "Send the note"})
    assert 'role="alert"' in html
    for target in ("#id_name", "#id_agreed", "#id_sides_group"):
        assert f'href="{target}"' in html
    assert 'id="id_sides_group"' in html
    assert html.index('role="alert"') < html.index('id="id_name"')


def test_a_chosen_filter_is_told_in_words_and_can_be_taken_away_alone(rf):
    request = rf.get("/", QueryDict("sides=us&sides=tw&name=tea&page=3"))
    request.GET = QueryDict("sides=us&sides=tw&name=tea&page=3")
    chosen = ui.chosen_filters(Form(request.GET), request)
    assert {"label": "Sides", "value": "Taiwan", "url": "?sides=us&name=tea"} in chosen
    assert len(chosen) == 3


def test_pages_keep_the_question_and_leave_out_the_middle(rf):
    request = rf.get("/?words=tea&page=5")
    page = Paginator(range(100), 10).page(5)
    html = render_to_string("components/pagination.html", {"page": page, "request": request})
    assert 'href="?words=tea&amp;page=6"' in html
    assert 'aria-current="page"' in html
    assert "…" in html
    assert "page=8" not in html


def test_one_page_needs_no_numbers(rf):
    page = Paginator(range(3), 10).page(1)
    assert render_to_string("components/pagination.html", {"page": page, "request": rf.get("/")}).strip() == ""


# --- Words, times, Markdown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Dried mango in bulk", 19, "Dried mango in bulk"),
        ("Dried mango in bulk", 18, "Dried mango in…"),
        ("Dried mango, in bulk", 13, "Dried mango…"),
        ("Fruit. An apple", 9, "Fruit. An…"),
        ("Straßenbahnhaltestelle", 10, "Straßenbah…"),
        ("果乾批發", 8, "果乾批發"),
        ("果乾，批發", 7, "果乾…"),
        ("Two\nlines", 20, "Two lines"),
        ("", 5, ""),
    ],
)
def test_the_opening_of_a_long_text_ends_with_a_whole_word(text, width, shown):
    assert ui.opening(text, width) == shown


def test_markdown_lets_no_markup_of_the_writer_through():
    html = ui.markdown(
        '<script>alert(1)</script> <b onclick="x">bold</b> [link](javascript:alert(1)) ![pixel](https://e.example/x.png)'
    )
    assert "<script" not in html
    assert "<b " not in html
    assert "href" not in html
    assert "<img" not in html


def test_markdown_keeps_structure_below_the_headings_of_the_page():
    html = ui.markdown(
        "# One\n\nText with **weight**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[site](https://example.com)"
    )
    assert "<h3>One</h3>" in html
    assert "<strong>weight</strong>" in html
    assert "<td>1</td>" in html
    assert '<a href="https://example.com" rel="noopener nofollow">' in html


def test_markdown_reads_no_more_than_its_limit():
    assert len(ui.markdown("a" * (ui.MARKDOWN_LIMIT + 5000))) < ui.MARKDOWN_LIMIT + 100
    assert ui.markdown(None) == ""


@pytest.mark.parametrize(
    ("reader", "code", "name"),
    [
        ("en", "zh-hant", "Traditional Chinese"),
        ("es", "ja", "japonés"),
        ("en", "pt", "Portuguese"),
        ("en", "qqq", "qqq"),
    ],
)
def test_a_language_is_named_in_the_readers_own(reader, code, name):
    with translation.override(reader):
        assert ui.language_name(code) == name


def test_a_moment_is_shown_in_a_zone_that_is_named():
    html = render('{% local_time moment "Asia/Taipei" %}', moment=NOON)
    assert html == '<time datetime="2027-05-14T12:00Z">14 May 2027, 20:00 <span class="soft">Taipei</span></time>'


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh-hant", "2027年5月14日 20:00"), ("es", "14 de mayo de 2027 a las 20:00"), ("fr", "14 mai 2027 à 20:00")],
)
def test_a_moment_is_written_as_the_language_writes_it(language, shown):
    with translation.override(language):
        assert clock.moment_in(NOON, "Asia/Taipei") == shown


def test_a_zone_is_named_after_its_city_in_the_readers_language():
    assert clock.zone_label("Asia/Kolkata", NOON) == "Kolkata (UTC+5:30)"
    assert clock.zone_label("America/St_Johns", NOON) == "St. John’s (UTC−2:30)"
    assert clock.zone_label("UTC") == "UTC"
    with translation.override("zh-hant"):
        assert clock.city("Asia/Taipei") == "台北"


def test_a_session_in_the_morning_of_one_side_is_on_another_day_of_the_other():
    evening = dt.datetime(2027, 5, 14, 1, 0, tzinfo=dt.UTC)
    assert clock.day_shift(evening, "Asia/Taipei", "America/New_York") == 1
    assert clock.day_shift(evening, "America/New_York", "Asia/Taipei") == -1
    assert clock.day_shift(evening, "UTC", "Asia/Taipei") == 0
    assert clock.shift_label(1) == "+1 day"
    assert clock.shift_label(-1) == "−1 day"
    assert clock.shift_label(0) == ""


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("away", "words"),
    [
        (dt.timedelta(minutes=30), "in 30 minutes"),
        (dt.timedelta(hours=-2), "2 hours ago"),
        (dt.timedelta(days=1), "tomorrow"),
        (dt.timedelta(days=3), "in 3 days"),
        (dt.timedelta(days=-40), "1 month ago"),
    ],
)
def test_how_far_away_a_moment_is_stands_in_words(away, words):
    assert clock.from_now(NOON + away) == words


@time_machine.travel(NOON, tick=False)
def test_days_are_counted_by_the_readers_calendar():
    assert clock.from_now(dt.date(2027, 5, 14)) == "today"
    with timezone.override("Pacific/Auckland"):  # where it is the 15th already
        assert clock.from_now(dt.date(2027, 5, 14)) == "yesterday"
        assert clock.from_now(dt.date(2027, 5, 16)) == "tomorrow"


@time_machine.travel(NOON, tick=False)
def test_a_deadline_turns_amber_three_days_before_and_red_after():
    assert clock.urgency(NOON + dt.timedelta(days=4)) == "neutral"
    assert clock.urgency(NOON + dt.timedelta(days=2)) == "soon"
    assert clock.urgency(NOON - dt.timedelta(minutes=1)) == "bad"
    assert clock.urgency(dt.date(2027, 5, 14)) == "soon"  # today is not over
    assert clock.urgency(dt.date(2027, 5, 13)) == "bad"


@pytest.mark.django_db
def test_a_timeline_says_who_did_what_and_why(us, official):
    record(official, "created", us.organizations.first())
    record(None, "closed", us.organizations.first(), reason="Its day had passed")
    html = render_to_string("components/timeline.html", {"activities": timeline(us.organizations.first())})
    assert "Olivia Official</strong> created" in html
    assert "The portal</strong>" in html
    assert "Its day had passed" in html


@pytest.mark.django_db
def test_a_verb_may_mean_something_else_to_another_object(us, official):
    reopened = record(official, "reopened", us.organizations.first())
    assert ui.phrased(reopened) == "took the verification back"
    assert ui.phrased(record(official, "reopened", agreement())) == "reopened this"
    assert ui.phrased(record(official, "never_heard_of", us.organizations.first())) == "never heard of"


# --- Home, desk, data ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_in_before_the_desk(client):
    assert client.get(reverse("desk")).url.startswith("/en/account/login/")


@pytest.mark.django_db
def test_the_desk_lists_what_waits_oldest_first_and_the_menu_counts_it(client, administrator):
    now = timezone.now()
    for name, days in (("Younger Chamber", 1), ("Older Chamber", 9), ("Middle Chamber", 4)):
        Organization.objects.create(
            slug=name.partition(" ")[0].lower(),
            name=name,
            kind="chamber",
            economy=economy("US"),
            status="pending",
            created_at=now - dt.timedelta(days=days),
        )
    client.force_login(administrator)
    html = client.get(reverse("desk")).content.decode()

    assert html.index("Older Chamber") < html.index("Middle Chamber") < html.index("Younger Chamber")
    assert re.search(r'My desk <span class="count">3<', html)
    assert re.search(r'My desk <span class="count">3<', client.get("/en/contact/").content.decode())


@pytest.mark.django_db
def test_a_clear_desk_offers_a_first_step(client, sme):
    client.force_login(sme)
    html = client.get(reverse("desk")).content.decode()
    assert "Nothing waits for you" in html
    assert 'class="count"' not in html


@pytest.mark.django_db
def test_unread_notifications_are_counted_in_the_menu_and_shown_on_the_desk(client, sme, us):
    for n in (1, 2):
        Notification.objects.create(
            recipient=sme, kind="dialogues/note", about=us_organization(us), key=str(n), subject=f"Note {n}"
        )
    client.force_login(sme)
    html = client.get(reverse("desk")).content.decode()
    assert re.search(r'Inbox <span class="count">2<', html)
    assert "Note 1" in html


def us_organization(us):
    return us.organizations.first()


@pytest.mark.django_db
def test_a_reference_list_is_given_away_in_all_its_languages(client):
    economy("TW")
    answer = client.get(reverse("dataset", args=["economies"]))
    assert answer["Access-Control-Allow-Origin"] == "*"
    (row,) = [row for row in answer.json()["economies"] if row["code"] == "TW"]
    assert row["name"] == {"en": "Taiwan", "zh-hant": "臺灣", "es": "Taiwán", "fr": "Taïwan"}


@pytest.mark.django_db
def test_what_is_not_a_reference_list_is_not_given_away(client):
    UserFactory()
    assert client.get("/open-data/users.json").status_code == 404


def test_every_stylesheet_and_script_of_a_page_is_in_the_tree():
    named = {name for path in TEMPLATES for name in re.findall(r'{% static "([^"]+)"', path.read_text())}
    missing = [name for name in named if not (Path(settings.BASE_DIR) / "static" / name).exists()]
    assert [name for name in missing if not name.startswith(("mfa/", "account/"))] == []
