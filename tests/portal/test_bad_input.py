"""Whatever is sent, the answer is a page that says so: never a server error, never something lost."""

import pytest
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues.models import AgendaItem
from portal.accounts import desk
from portal.accounts.models import Invitation, Membership, User
from portal.wsgi import application
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory, SessionFactory
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import agreement, economy, sector, topic
from tests.factories.resources import ResourceFactory
from tests.sharing import kept

LONG = "a" * 300 + "@example.com"
#: What people, scanners and broken clients put where a code, a number, a date or a word was expected.
STRANGE = [
    "", " ", "\0", "a\0b", "-1", "0", "1e9", "９", "99999999999999999999999", "9" * 5000, "NaN", "null", "[]", "{}",
    "'", "\"'--", "%", "_", "\\", "<b>", "{{ 1 }}", "../", "\ufffe", "\U0001f600", "é" * 400, "關稅", "\u202eabc",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59", "2027-02-30", "2027-05-14T09:00", "24:00", "UTC", "Mars/Base",
    "en", "US", "sme", "published", "javascript:alert(1)", "http://[::", "a@b.example\r\nBcc: c@d.example", LONG,
    '"-" -- "x', '"' * 50, "-" * 300, "(" * 300, "a b c d e f g h i j k l m n o p q r s t u v",
]  # fmt: skip
strange = st.one_of(st.sampled_from(STRANGE), st.text(max_size=40))

LISTS = [
    "home",
    "resources:resource-list",
    "resources:resource-suggest",
    "resources:resource-manage",
    "resources:finder",
    "resources:date-list",
    "resources:date-feed",
    "resources:collection-list",
    "dialogues:dialogue-list",
    "partners:request-list",
    "partners:request-mine",
    "partners:match-list",
    "partners:company-list",
    "partners:organization-list",
    "partners:interest-list",
    "partners:disclosure-list",
    "partners:chamber-desk",
    "partners:member-list",
    "organization-list",
    "organization-awaiting",
    "organization-find",
    "organization-create",
    "notifications:inbox",
    "reader-settings",
    "account_login",
    "account_signup",
]
PARAMETERS = [
    "words", "q", "page", "economy", "topic", "kind", "audience", "sector", "language", "agreement", "sort", "type",
    "target", "market", "ownership", "size", "status", "side", "name", "next", "email",
    "home", "stage", "need", "ask", "from",
]  # fmt: skip
#: Forms open to many, with their fields.
FORMS = {
    "account_signup": ["email", "password1", "password2", "full_name", "purpose", "language", "time_zone"],
    "account_reset_password": ["email"],
    "account_email": ["email", "action_add", "action_primary", "action_remove"],
    "reader-settings": ["time_zone", "theme", "next"],
    "profile": ["full_name", "language", "time_zone"],
    "welcome-choose": ["purpose"],
    "organization-create": ["kind", "name", "economy", "website", "is_another"],
    "notifications:preferences": ["dialogues", "partners", "resources", "digest_hour", "quiet_from", "quiet_until"],
    "partners:request-draft": [
        "company", "type", "language", "title", "teaser", "description", "sectors", "hs_codes", "target_economies",
        "closes_on", "shows_company",
    ],
    "partners:firm-register": ["name", "language", "city", "confirms"],
    "resources:resource-draft": [
        "version", "kind", "url", "page_languages", "publisher", "scope", "economies", "topics", "sectors",
        "audiences", "agreements", "source_language", "title_en", "summary_en", "body_en", "title_es",
    ],
}  # fmt: skip

tried_hard = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.fixture(scope="module")
def jack(django_db_setup, django_db_blocker):
    """One person in every role at once: every page is open to her."""
    with kept(django_db_blocker):
        person = UserFactory(is_staff=True, is_superuser=True, sme_in="US", chamber_in="US", official_of="US")
        agreement("us-taiwan-21st-century-trade")
        topic()
        sector()
        economy("US")
        CompanyProfileFactory(organization=person.active_memberships[0].organization)
        PartnerRequestFactory(published=True)
        ResourceFactory(published=True)
        SessionFactory(scheduled=True)
        yield person


@pytest.fixture
def her(client, jack, counted_once):
    client.force_login(jack)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("name", LISTS)
def test_no_query_string_breaks_a_list(her, name):
    @tried_hard
    @given(st.lists(st.tuples(st.sampled_from(PARAMETERS), strange), max_size=6))
    def tried(pairs):
        query = {}
        for key, value in pairs:
            query.setdefault(key, []).append(value)
        response = her.get(reverse(name), query)
        assert response.status_code in {200, 302}, query

    tried()


@pytest.mark.parametrize("name", FORMS)
def test_no_form_breaks_on_what_is_typed_into_it(her, name):
    fields = st.dictionaries(st.sampled_from(FORMS[name]), st.lists(strange, min_size=1, max_size=3))

    @tried_hard
    @given(fields)
    def tried(data):
        response = her.post(reverse(name), data)
        assert response.status_code in {200, 302, 429}, data

    tried()


@pytest.mark.parametrize("name", ["agenda-edit", "session-schedule", "session-revise"])
def test_no_form_of_a_session_breaks_on_what_is_typed_into_it(her, name):
    session = SessionFactory(dialogue=DialogueFactory(parties=("US", "TW")))
    fields = [
        "title_en", "title_zh_hant", "kind", "visibility", "minutes", "presenter", "topics", "zone", "starts_local",
        "ends_local", "preview", "format", "host", "venue", "join_url", "working_languages",
    ]  # fmt: skip
    good = {
        "title_en": "A", "kind": "decision", "visibility": "public", "zone": "Asia/Taipei", "format": "virtual",
        "starts_local": "2090-05-16T09:00", "ends_local": "2090-05-16T11:00", "working_languages": "en", "preview": "1",
    }  # fmt: skip

    @tried_hard
    @given(st.dictionaries(st.sampled_from(fields), strange, max_size=4))
    def tried(data):
        response = her.post(reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk]), good | data)
        assert response.status_code in {200, 302}, data

    tried()


@pytest.mark.parametrize(
    ("starts", "ends"), [("9999-12-31T23:00", "9999-12-31T23:59"), ("2090-05-16T09:00", "9999-12-31T23:59")]
)
def test_a_year_no_calendar_reaches_is_refused_beside_what_was_typed(her, starts, ends):
    session = SessionFactory()
    address = reverse("dialogues:session-schedule", args=[session.dialogue.slug, session.pk])

    response = her.post(address, {"zone": "Asia/Taipei", "starts_local": starts, "ends_local": ends})

    assert response.status_code == 200
    assert "ends_local" in response.context["form"].errors
    assert ends in response.content.decode()


def test_an_agenda_item_of_months_is_refused(her):
    session = SessionFactory()
    address = reverse("dialogues:agenda-edit", args=[session.dialogue.slug, session.pk])

    response = her.post(address, {"title_en": "Long", "kind": "decision", "visibility": "public", "minutes": "99999"})

    assert response.status_code == 200
    assert "minutes" in response.context["form"].errors
    assert not AgendaItem.objects.filter(session=session).exists()


def test_an_address_longer_than_any_mail_server_takes_is_refused(her, jack):
    slug = jack.active_memberships[0].organization.slug

    invited = her.post(
        reverse("organization-invite", args=[slug]), {"email": LONG, "role": Membership.Role.MEMBER, "language": "en"}
    )
    added = her.post(reverse("account_email"), {"email": LONG, "action_add": ""})

    assert "email" in invited.context["form"].errors
    assert "email" in added.context["form"].errors
    assert not Invitation.objects.exists()


def test_nobody_signs_up_with_an_address_too_long_to_be_kept(client, us):
    typed = {
        "email": LONG, "password1": "correct-horse-7", "password2": "correct-horse-7", "full_name": "Long",
        "purpose": "visitor", "language": "en", "time_zone": "UTC",
    }  # fmt: skip
    response = client.post(reverse("account_signup"), typed)

    assert "email" in response.context["form"].errors
    assert not User.objects.filter(full_name="Long").exists()


@pytest.mark.parametrize("path", ["/en/invitations/%00/", "/mail/message/%00/", "/en/%00/", "/%00"])
def test_an_address_with_a_nul_leads_nowhere(her, path):
    response = her.get(path)

    assert response.status_code == 404
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "time_zone", "theme", "django_language", "messages"])
def test_a_cookie_that_spells_a_nul_is_as_good_as_none(client, us, name):
    client.raise_request_exception = False

    response = client.get(reverse("home"), headers={"cookie": name + '="' + "\\000" * 12 + '"'})

    assert response.status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "big5", "nonsense"])
def test_a_request_is_read_as_utf_8_whatever_charset_it_names(client, us, charset):
    client.raise_request_exception = False
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    read = client.get(reverse("resources:resource-list"), {"words": "關稅"}, headers={"content-type": kind})
    # As bytes: the test client would write them in that charset, or fail to.
    sent = client.generic("POST", reverse("reader-settings"), b"time_zone=Asia/Taipei&theme=dark", content_type=kind)

    assert read.status_code == 200
    assert "關稅" in read.content.decode()
    assert sent.status_code == 302


def test_a_word_with_a_nul_finds_what_the_word_finds(her, jack):
    organization = jack.active_memberships[0].organization
    join(
        jack, organization.__class__.objects.create(slug="maple", kind="sme", name="Maple Works", economy=economy("CA"))
    )

    response = her.get(reverse("organization-list"), {"q": "Maple\0"})

    assert "Maple Works" in response.content.decode()


def test_an_administrators_menu_does_not_grow_with_what_waits(client, administrator, us):
    OrganizationFactory.create_batch(desk.MOST + 3, kind="chamber", pending=True)

    client.force_login(administrator)

    assert client.get(reverse("desk")).context["desk_count"] == desk.MOST


def test_who_is_switched_off_is_out_at_once(client, sme):
    client.force_login(sme)
    assert client.get(reverse("desk")).status_code == 200

    User.objects.filter(pk=sme.pk).update(is_active=False)

    assert "/account/login/" in client.get(reverse("desk")).url


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-16", "nonsense", '"hex"', "HEX"])
def test_a_charset_that_makes_no_text_is_not_taken_from_the_client(charset):
    environ = RequestFactory().get("/healthz", {"words": "關稅"}).environ
    environ["CONTENT_TYPE"] = f"text/plain; charset={charset}"
    request = application.request_class(environ)
    assert request.GET["words"] == "關稅"
    assert request.content_type == "text/plain"
