"""What people fill in about minutes: the texts in every working language, days, comments, replies, corrections."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from dialogues.forms import LanguageFields, languages_of
from dialogues.models import AgendaItem, Minutes, MinutesSection
from dialogues.writing import LONGEST, plain
from portal.languages import NAMES, Language, column, current
from resources import differing

#: Of what belongs to no agenda item; sections are named by their number.
GENERAL = "general"
#: Of PostgreSQL's integer: a revision beyond it was never given out.
LARGEST = 2_147_483_647
_TYPED = re.compile(r"^(\d{1,18})-text_(\w{2,7})$")


def key_of(piece: Minutes | MinutesSection) -> str:
    """How a piece is named in forms and in the page."""
    return str(piece.pk) if isinstance(piece, MinutesSection) else GENERAL


@dataclass
class Side:
    """One text of a piece in one language: its fields, and what a colleague saved instead of it, if she was quicker."""

    language: str
    text: BoundField
    seen: BoundField
    other: str | None = None
    preview: str | None = None

    @property
    def other_pieces(self) -> list[differing.Piece]:
        """The colleague's text, with what she has and the typed one lacks marked."""
        return differing.later(differing.pieces(plain(self.text.value() or ""), self.other or ""))


@dataclass
class PieceSides:
    """A section (None for what belongs to no agenda item) with its texts side by side, and what was recorded in it."""

    key: str
    section: MinutesSection | None
    sides: list[Side]
    decisions: list[Any] = field(default_factory=list)
    commitments: list[Any] = field(default_factory=list)


class WritingForm(forms.Form):
    """Every text of the minutes: one pair of fields per piece and language. What is not sent is left alone."""

    def __init__(self, *args, pieces: Iterable[Minutes | MinutesSection], languages, **kwargs):
        super().__init__(*args, **kwargs)
        self.pieces = {key_of(piece): piece for piece in pieces}
        self.languages = languages
        for key, piece in self.pieces.items():
            for code in languages:
                self._add(key, piece, code)

    def _add(self, key, piece, code):
        label = _("Text (%(language)s)") % {"language": NAMES[Language(code)]}
        self.fields[name_of(key, "text", code)] = forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST,
            strip=False,
            initial=getattr(piece, column("text", code)) or "",
            widget=forms.Textarea(attrs={"rows": 7, "lang": code, "data-piece": key, "data-language": code}),
        )
        self.fields[name_of(key, "seen", code)] = forms.IntegerField(
            required=False,
            min_value=0,
            max_value=LARGEST,
            initial=piece.revisions.get(code, 0),
            widget=forms.HiddenInput,
        )

    def typed(self):
        """``(key, piece, language, text, seen)`` of each text that was sent."""
        for key, piece in self.pieces.items():
            for code in self.languages:
                seen = self.cleaned_data.get(name_of(key, "seen", code))
                if seen is not None:
                    yield key, piece, code, self.cleaned_data[name_of(key, "text", code)], seen

    def orphans(self) -> list[str]:
        """What was typed in sections that a colleague took out meanwhile: it is shown, to be put elsewhere."""
        found = ((_TYPED.match(name), text) for name, text in self.data.items())
        return [text for match, text in found if match and match[1] not in self.pieces and text.strip()]

    def sides(self) -> list[PieceSides]:
        """The fields as the page shows them."""
        return [
            PieceSides(
                key,
                piece if isinstance(piece, MinutesSection) else None,
                [
                    Side(code, self[name_of(key, "text", code)], self[name_of(key, "seen", code)])
                    for code in self.languages
                ],
            )
            for key, piece in self.pieces.items()
        ]


def name_of(key: str, what: str, code: str) -> str:
    """The name of a field: "17-text_zh_hant"."""
    return f"{key}-{column(what, code)}"


class AutosaveForm(forms.Form):
    """One text, sent by the page while its writer pauses."""

    piece = forms.CharField(max_length=20)
    language = forms.ChoiceField(choices=Language.choices)
    text = forms.CharField(required=False, max_length=LONGEST, strip=False)
    seen = forms.IntegerField(min_value=0, max_value=LARGEST)


class SectionForm(LanguageFields, forms.Form):
    """A section for what came up without being on the agenda."""

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_language_fields(
            "heading",
            languages_of(dialogue),
            lambda code: forms.CharField(
                label=_("Heading (%(language)s)") % {"language": NAMES[code]}, max_length=250, required=False
            ),
        )
        self.fields["visibility"] = forms.ChoiceField(label=_("Who sees it"), choices=AgendaItem.Visibility.choices)

    def clean(self):
        cleaned = super().clean()
        self.require_one("heading")
        return cleaned


class CirculateForm(forms.Form):
    comments_until = forms.DateField(
        label=_("Those who attended may comment until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    despite_findings = forms.BooleanField(
        label=_("I have looked at what differs: the languages are right as they are"), required=False
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, validators=[MaxValueValidator(LARGEST)])

    def __init__(self, *args, has_findings, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_findings:
            del self.fields["despite_findings"]


class CommentForm(forms.Form):
    """What an attendee wants changed, in any language."""

    section = forms.ModelChoiceField(
        MinutesSection.objects.none(), label=_("About"), required=False, empty_label=_("The minutes as a whole")
    )
    language = forms.ChoiceField(label=_("Language of your comment"))
    text = forms.CharField(label=_("What should be changed"), widget=forms.Textarea(attrs={"rows": 5}), max_length=5000)

    def __init__(self, *args, sections, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = sections
        self.fields["language"].choices = [(code.value, NAMES[code]) for code in Language]
        self.initial.setdefault("language", current())


class SettleForm(forms.Form):
    reply = forms.CharField(
        label=_("What was done about it"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class SignForm(forms.Form):
    """A sign-off; of a Party without officials here also how it let the others know."""

    economy = forms.CharField(max_length=2)
    seen_revision = forms.IntegerField(validators=[MaxValueValidator(LARGEST)])
    received_as = forms.CharField(max_length=200, required=False)


class CorrectionForm(LanguageFields, forms.Form):
    """What a new version corrects; readers see it with the minutes."""

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_language_fields(
            "correction",
            languages_of(dialogue),
            lambda code: forms.CharField(
                label=NAMES[code], widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
            ),
        )

    def clean(self):
        cleaned = super().clean()
        self.require_one("correction")
        return cleaned
