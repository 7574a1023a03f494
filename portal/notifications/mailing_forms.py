"""What an official fills in to write to many."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.languages import NAMES, Language, column
from portal.notifications.audiences import Audience
from portal.notifications.mailing_text import Text
from portal.notifications.models import Mailing, MailingText


class MailingForm(forms.Form):
    """Who gets it, and a subject and a text in up to four languages."""

    #: The revision of the draft that she began with.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2_147_483_647)

    def __init__(self, *args: Any, audience: Audience, obj: Any, mailing: Mailing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = [Language(code) for code in audience.languages(obj)]
        self.first = first
        self.ordered = [*first, *(code for code in Language if code not in first)]
        self.fields["parts"] = forms.MultipleChoiceField(
            label=_("Who gets it"),
            choices=[(part.code, part.label) for part in audience.parts],
            widget=forms.CheckboxSelectMultiple,
            initial=[audience.parts[0].code],
            error_messages={"required": _("Choose who gets it.")},
        )
        for code in self.ordered:
            self._add_text(code)
        self.fields["fallback"] = forms.ChoiceField(
            label=_("Who reads another language gets the text in"),
            choices=[(code.value, NAMES[code]) for code in self.ordered],
            initial=first[0].value,
            help_text=_("The frame of the mail is in the reader's own language either way."),
        )
        if mailing is not None:
            self._fill(mailing)

    def _add_text(self, code: Language) -> None:
        self.fields[column("subject", code)] = forms.CharField(
            label=_("Subject"), max_length=MailingText.LONGEST_SUBJECT, required=False,
            widget=forms.TextInput(attrs={"lang": code}),
        )  # fmt: skip
        self.fields[column("body", code)] = forms.CharField(
            label=_("Text"), max_length=MailingText.LONGEST, required=False,
            widget=forms.Textarea(attrs={"rows": 9, "lang": code}),
            help_text=_("Plain Markdown: an empty line begins a paragraph, **bold**, - a list, [words](https://…)."),
        )  # fmt: skip

    def _fill(self, mailing: Mailing) -> None:
        self.initial |= {"parts": mailing.parts, "fallback": mailing.fallback, "seen": mailing.revision}
        for text in mailing.texts.all():
            self.initial |= {column("subject", text.language): text.subject, column("body", text.language): text.body}

    def languages(self) -> Iterator[dict[str, Any]]:
        """For the page: each language with its two fields, and whether it is shown unfolded."""
        for code in self.ordered:
            fields = [self[column(name, code)] for name in ("subject", "body")]
            is_open = code in self.first or any(field.value() or field.errors for field in fields)
            yield {"code": code.value, "name": NAMES[code], "fields": fields, "is_open": is_open}

    @property
    def details(self) -> dict[str, Any]:
        """For the verbs."""
        given = self.cleaned_data
        texts = {
            code.value: Text(given[column("subject", code)], given[column("body", code)].replace("\r\n", "\n"))
            for code in self.ordered
        }
        return {"parts": given["parts"], "texts": texts, "fallback": given["fallback"]}
