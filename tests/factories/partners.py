from datetime import timedelta

import factory
from django.utils import timezone

from partners import directory, requesting
from partners.models import (
    ChamberMember,
    CompanyProfile,
    Condition,
    Consent,
    ExpressionOfInterest,
    Introduction,
    PartnerRequest,
    Referral,
    RequestAttachment,
    TextConfirmation,
    Vouch,
)
from partners.models.requests import last_day_on_earth
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, sector


class CompanyProfileFactory(factory.django.DjangoModelFactory):
    """A listed firm in processed food in the United States, writing English, found by search."""

    class Meta:
        model = CompanyProfile
        skip_postgeneration_save = True

    class Params:
        code = "US"

    organization = factory.SubFactory(OrganizationFactory, code=factory.SelfAttribute("..code"))
    language = "en"
    capabilities = "We bake crackers and dry fruit for grocery chains."
    city = "Portland"
    size = "10-49"
    hs_codes = ("200899",)
    markets = ("US",)
    languages = ("en",)
    is_listed = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kwargs.items()}

    @factory.post_generation
    def sectors(self, create, slugs):
        rows = [sector()] if slugs is None else [sector(slug, slug) for slug in slugs]
        self.sectors.set(rows)
        directory.index(self)


class PartnerRequestFactory(factory.django.DjangoModelFactory):
    """A firm's own draft; ``submitted``, ``published``, ``expired`` and ``closed`` are later states.

    The firm is in Mexico, the partners are wanted in the United States, the trade is processed food.
    """

    class Meta:
        model = PartnerRequest
        skip_postgeneration_save = True

    class Params:
        code = "MX"
        reviewed = factory.Trait(
            chamber=factory.SubFactory(OrganizationFactory, chamber=True, code=factory.SelfAttribute("..code"))
        )
        submitted = factory.Trait(reviewed=True, status="submitted", submitted_at=factory.LazyFunction(timezone.now))
        published = factory.Trait(reviewed=True, status="published", published_at=factory.LazyFunction(timezone.now))
        expired = factory.Trait(
            reviewed=True,
            status="expired",
            published_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=91)),
            closes_on=factory.LazyFunction(lambda: last_day_on_earth() - timedelta(days=1)),
        )
        closed = factory.Trait(reviewed=True, status="closed", close_reason="not_needed")

    type = "business_offer"
    language = "en"
    title = factory.Sequence(lambda n: f"Dried mango for snack makers {n}")
    teaser = "Sun-dried mango without sugar, in bulk."
    description = "We dry forty tonnes of mango a month and look for snack makers."
    company = factory.SubFactory(OrganizationFactory, code=factory.SelfAttribute("..code"))
    hs_codes = ("200899",)
    closes_on = factory.LazyFunction(lambda: last_day_on_earth() + timedelta(days=60))

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kwargs.items()}

    @factory.post_generation
    def sectors(self, create, slugs):
        self.sectors.set([sector()] if slugs is None else [sector(slug, slug) for slug in slugs])

    @factory.post_generation
    def targets(self, create, codes):
        self.target_economies.set([economy(code) for code in (("US",) if codes is None else codes)])
        requesting.index(self)


class InterestFactory(factory.django.DjangoModelFactory):
    """Sent today by a firm in the United States, about a published request of a firm in Mexico."""

    class Meta:
        model = ExpressionOfInterest
        skip_postgeneration_save = True

    request = factory.SubFactory(PartnerRequestFactory, published=True)
    company = factory.SubFactory(OrganizationFactory)
    message = "We make snacks and need dried mango all year."
    answer_due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))

    @factory.post_generation
    def consents(self, create, rungs):
        """Both sides' consent as far as its state goes; ``consents=["company"]`` keeps the contacts back."""
        sides = {"sent": ["interested"], "accepted": ["interested", "request"], "withdrawn": []}
        for side in sides.get(self.status, ["interested"]):
            for rung in ["company", "contact"] if rungs is None else rungs:
                Consent.objects.create(interest=self, side=side, rung=rung, given_by=self.by)


class IntroductionFactory(factory.django.DjangoModelFactory):
    """Accepted today, with both sides' consent; nobody is the contact of either side unless it is said."""

    class Meta:
        model = Introduction

    interest = factory.SubFactory(InterestFactory, status="accepted")
    request_contact_of = factory.SelfAttribute("interest.request.company")


class ChamberMemberFactory(factory.django.DjangoModelFactory):
    """A firm that agreed; ``asked=True`` waits for its answer."""

    class Meta:
        model = ChamberMember

    class Params:
        asked = factory.Trait(status="asked", since=None)

    chamber = factory.SubFactory(OrganizationFactory, chamber=True)
    company = factory.SubFactory(OrganizationFactory)
    status = "active"
    since = factory.LazyFunction(timezone.now)


class VouchFactory(factory.django.DjangoModelFactory):
    """A chamber saw the register entry of a firm yesterday; it holds for a year."""

    class Meta:
        model = Vouch

    chamber = factory.SubFactory(OrganizationFactory, chamber=True)
    company = factory.SubFactory(OrganizationFactory)
    checks = ("registry",)
    checked_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=364))

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return kwargs | {"checks": list(kwargs["checks"])}


class ReferralFactory(factory.django.DjangoModelFactory):
    """A Mexican chamber handed an open request to a chamber in the United States, which has not answered."""

    class Meta:
        model = Referral

    request = factory.SubFactory(PartnerRequestFactory, published=True)
    from_chamber = factory.SelfAttribute("request.chamber")
    to_chamber = factory.SubFactory(OrganizationFactory, chamber=True)


class TextConfirmationFactory(factory.django.DjangoModelFactory):
    """Asked today about the chamber's text as it is now; ``confirmed=True`` is answered."""

    class Meta:
        model = TextConfirmation

    class Params:
        confirmed = factory.Trait(status="confirmed", answered_at=factory.LazyFunction(timezone.now))

    request = factory.SubFactory(PartnerRequestFactory, reviewed=True, origin="chamber")
    version = factory.LazyAttribute(lambda row: row.request.version)


class RequestAttachmentFactory(factory.django.DjangoModelFactory):
    """A small text beside a published request, for its two sides."""

    class Meta:
        model = RequestAttachment

    request = factory.SubFactory(PartnerRequestFactory, published=True)
    title = "Data sheet"
    file = factory.django.FileField(data=b"Moisture: 14 %", filename="sheet.txt")
    filename = "sheet.txt"
    content_type = "text/plain; charset=utf-8"
    size = 14
    digest = "0" * 64


class ConditionFactory(factory.django.DjangoModelFactory):
    """A request asks for ISO 9001, as read from its text."""

    class Meta:
        model = Condition

    request = factory.SubFactory(PartnerRequestFactory, published=True)
    kind = "certification"
    value = "ISO 9001"
