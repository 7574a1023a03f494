from modeltranslation.translator import TranslationOptions, register

from dialogues.models import AgendaItem, Commitment, Decision, Dialogue, Indicator, Initiative, Minutes, Session


@register(Dialogue)
class DialogueTranslation(TranslationOptions):
    fields = ("title", "description")


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = ("title",)


@register(AgendaItem)
class AgendaItemTranslation(TranslationOptions):
    fields = ("title",)


@register(Minutes)
class MinutesTranslation(TranslationOptions):
    fields = ("text",)


@register(Decision)
class DecisionTranslation(TranslationOptions):
    fields = ("text",)


@register(Commitment)
class CommitmentTranslation(TranslationOptions):
    fields = ("text",)


@register(Initiative)
class InitiativeTranslation(TranslationOptions):
    fields = ("name", "objective", "expected_outcome", "next_steps")


@register(Indicator)
class IndicatorTranslation(TranslationOptions):
    fields = ("label", "caution")
