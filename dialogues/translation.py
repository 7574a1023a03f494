from modeltranslation.translator import TranslationOptions, register

from dialogues.models import (
    AgendaItem,
    Commitment,
    Decision,
    Dialogue,
    Document,
    Indicator,
    Initiative,
    Issue,
    Minutes,
    MinutesSection,
    Question,
    Session,
)


@register(Dialogue)
class DialogueTranslation(TranslationOptions):
    fields = ("title", "description", "charter")


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = ("title",)


@register(AgendaItem)
class AgendaItemTranslation(TranslationOptions):
    fields = ("title", "note")


@register(Minutes)
class MinutesTranslation(TranslationOptions):
    fields = ("text", "correction")


@register(MinutesSection)
class MinutesSectionTranslation(TranslationOptions):
    fields = ("heading", "text")


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("label", "choices")


@register(Issue)
class IssueTranslation(TranslationOptions):
    fields = ("public_title", "public_text", "answer", "outcome", "declined_because")


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
