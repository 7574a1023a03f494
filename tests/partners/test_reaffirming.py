"""A profile that nobody touches is asked about after a year, and leaves the directory 30 days later."""

from datetime import timedelta
from email.utils import getaddresses

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from partners import reaffirming
from partners.models import CompanyProfile
from tests.factories.accounts import OrganizationFactory
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(firm_us, owner_us):
    """A listed profile that nobody has touched for a year and a day."""
    return aged(firm_us.profile, days=366)


def aged(profile, **ago):
    CompanyProfile.objects.filter(pk=profile.pk).update(changed_at=timezone.now() - timedelta(**ago))
    profile.refresh_from_db()
    return profile


def asked_before(profile, **ago):
    CompanyProfile.objects.filter(pk=profile.pk).update(asked_at=timezone.now() - timedelta(**ago))


def address_of(message):
    [(_name, address)] = getaddresses(message.to)
    return address


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """Do something; return the mails it sent."""

    def run(verb):
        with django_capture_on_commit_callbacks(execute=True):
            verb()
        return [(address_of(message), message.subject) for message in mail.outbox]

    return run


def test_after_a_year_of_silence_the_company_is_asked_once(silent, sent):
    mails = sent(reaffirming.ask_silent)
    assert reaffirming.ask_silent() == 0
    assert mails == [("nora@cascade.example", "Does the profile of Cascade Snacks still hold?")]


def test_a_profile_confirmed_meanwhile_is_left_in_peace(silent, owner_us):
    reaffirming.reaffirm(silent, by=owner_us)
    assert reaffirming.ask_silent() == 0


def test_samples_and_unlisted_profiles_are_not_asked_about(silent):
    CompanyProfile.objects.filter(pk=silent.pk).update(is_sample=True)
    other = CompanyProfileFactory(is_listed=False)
    aged(other, days=500)
    assert reaffirming.ask_silent() == 0


def test_a_firm_with_nobody_here_is_asked_through_its_chamber(reviewer, chamber_mx, sent):
    company = OrganizationFactory(code="MX", name_en="Tostadas Lupita")
    aged(CompanyProfileFactory(organization=company), days=400)
    ChamberMemberFactory(chamber=chamber_mx, company=company, is_registered_by_chamber=True)
    assert [to for to, _subject in sent(reaffirming.ask_silent)] == [reviewer.email]


def test_without_an_answer_it_leaves_the_directory_after_30_days(silent, sent):
    asked_before(silent, days=29)
    assert reaffirming.hide_silent() == 0
    asked_before(silent, days=31)
    mails = sent(reaffirming.hide_silent)
    assert reaffirming.hide_silent() == 0
    silent.refresh_from_db()
    assert not silent.is_listed
    assert [subject for _to, subject in mails] == ["Cascade Snacks has left the public directory"]


def test_a_change_after_the_question_is_an_answer(silent):
    asked_before(silent, days=40)
    aged(silent, days=3)
    assert reaffirming.hide_silent() == 0
    assert reaffirming.ask_silent() == 0


def test_a_year_after_its_answer_it_is_asked_again(silent):
    asked_before(silent, days=800)
    assert reaffirming.ask_silent() == 1


def test_its_people_confirm_by_a_button_and_others_do_not(client, silent, owner_us, owner_mx):
    path = reverse("partners:profile-confirm", args=[silent.organization.slug])
    client.force_login(owner_mx)
    assert client.post(path).status_code == 403
    client.force_login(owner_us)
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == 302
    silent.refresh_from_db()
    assert silent.confirmed_at is not None


def test_capacities_read_from_the_text_are_confirmed_changed_and_dropped(client, firm_us, owner_us):
    profile = firm_us.profile
    CompanyProfile.objects.filter(pk=profile.pk).update(
        capabilities="We bake 20,000 bags a month. FSSC 22000 certified. Staff speak Spanish. We do not ship to Canada."
    )
    client.force_login(owner_us)
    path = reverse("partners:profile-reading", args=[firm_us.slug])
    shown = client.get(path).content.decode()
    assert 'value="20000"' in shown
    assert "FSSC 22000" in shown
    answer = client.post(
        path,
        {
            "capacity-0-keep": "on", "capacity-0-unit": "pieces/month", "capacity-0-amount": "25000",
            "capacity-1-unit": "kg/month", "capacity-1-amount": "5",
            "certifications": ["FSSC 22000"], "excluded_economies": ["CA"],
        },
    )  # fmt: skip
    assert answer.status_code == 302
    profile.refresh_from_db()
    assert [(one.unit, one.amount, one.is_confirmed) for one in profile.capacities.all()] == [
        ("pieces/month", 25000, True)
    ]
    assert profile.certifications == ["FSSC 22000"]
    assert profile.excluded_economies == ["CA"]
    assert profile.languages == ["en"]
    assert "25,000 pieces a month" in client.get(profile.get_absolute_url()).content.decode()


def test_two_amounts_of_one_unit_are_refused(client, firm_us, owner_us):
    client.force_login(owner_us)
    path = reverse("partners:profile-reading", args=[firm_us.slug])
    twice = {
        "capacity-0-keep": "on", "capacity-0-unit": "kg/month", "capacity-0-amount": "1",
        "capacity-1-keep": "on", "capacity-1-unit": "kg/month", "capacity-1-amount": "2",
    }  # fmt: skip
    answer = client.post(path, twice)
    assert answer.status_code == 422
    assert "Give one amount per unit." in answer.content.decode()
    assert not firm_us.profile.capacities.exists()


def test_what_a_company_excludes_is_shown_to_nobody_else(client, firm_us, owner_us):
    CompanyProfile.objects.filter(organization=firm_us).update(excluded_economies=["CL"])
    assert "Chile" not in client.get(firm_us.profile.get_absolute_url()).content.decode()
