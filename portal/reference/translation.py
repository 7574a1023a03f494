from modeltranslation.translator import TranslationOptions, register

from portal.reference.models import Agreement, Economy, Sector, Topic


@register(Economy)
class EconomyTranslation(TranslationOptions):
    fields = ("name", "apec_name")


@register(Agreement)
class AgreementTranslation(TranslationOptions):
    fields = ("title", "short_name", "description")


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("label", "description")


@register(Sector)
class SectorTranslation(TranslationOptions):
    fields = ("label",)
