import factory

from partners.folding import forms
from partners.models import DeniedName, DeniedParty, ScreeningFlag, ScreeningList
from tests.factories.accounts import OrganizationFactory


class ScreeningListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScreeningList
        django_get_or_create = ["name"]

    name = "Consolidated"
    digest = "0" * 64


class DeniedPartyFactory(factory.django.DjangoModelFactory):
    """An invented entry of the list "Consolidated", with its names as they are compared."""

    class Meta:
        model = DeniedParty
        skip_postgeneration_save = True

    screening_list = factory.SubFactory(ScreeningListFactory)
    entry_id = factory.Sequence(lambda n: f"entry-{n}")
    name = "Qarzun Maritime Holdings"
    kind = "Entity"

    @factory.post_generation
    def names(self, create, given):
        found = forms(self.name, *self.alt_names)
        DeniedName.objects.bulk_create([DeniedName(party=self, folded=form.folded, core=form.core) for form in found])


class ScreeningFlagFactory(factory.django.DjangoModelFactory):
    """A name of ours that looks like an invented entry, and waits for a decision."""

    class Meta:
        model = ScreeningFlag

    organization = factory.SubFactory(OrganizationFactory)
    list_name = "Consolidated"
    entry_id = factory.Sequence(lambda n: f"entry-{n}")
    own_name = "Qarzun Maritime"
    listed_name = "Qarzun Maritime Holdings"
    similarity = 0.8
