from modeltranslation.translator import TranslationOptions, register

from portal.focal.models import FocalPoint


@register(FocalPoint)
class FocalPointTranslation(TranslationOptions):
    fields = ("office", "hours")
