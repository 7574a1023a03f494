from modeltranslation.translator import TranslationOptions, register

from portal.accounts.models import Organization


@register(Organization)
class OrganizationTranslation(TranslationOptions):
    fields = ("name", "description")
