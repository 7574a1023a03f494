from modeltranslation.translator import TranslationOptions, register

from resources.models import TRANSLATED, Resource


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = TRANSLATED
