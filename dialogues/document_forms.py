"""What officials fill in about a paper of a session."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dialogues.documents import missing_languages
from dialogues.forms import LanguageFields, languages_of
from dialogues.models import Document
from portal.languages import NAMES, Language, column, current
from portal.uploads import checking


class FileFields(forms.Form):
    """A file and the language it is in. The verb looks at its content."""

    upload = forms.FileField(
        label=_("File"),
        max_length=300,
        allow_empty_file=True,  # the verb says what is wrong with it
        widget=forms.FileInput(attrs={"accept": checking.ACCEPTED}),
    )
    language = forms.ChoiceField(
        label=_("Language of the file"), choices=[(code.value, NAMES[code]) for code in Language]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = _(
            "PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, TXT or CSV, without macros, at most %(megabytes)d MB."
        ) % {"megabytes": settings.UPLOAD_MAX_MB}

    def clean_upload(self):
        """Before anything reads it whole."""
        file = self.cleaned_data["upload"]
        if file.size > checking.largest():
            raise checking.too_large()
        return file


class DocumentForm(LanguageFields, forms.ModelForm):
    """What a paper is called, who may read it and where it belongs."""

    class Meta:
        model = Document
        fields = ["kind", "audience", "agenda_item"]

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_language_fields(
            "title",
            languages_of(session.dialogue),
            lambda code: forms.CharField(
                label=_("Title (%(language)s)") % {"language": NAMES[code]}, max_length=200, required=False
            ),
            self.instance if self.instance.pk else None,
        )
        self.fields["agenda_item"].queryset = session.agenda_items.all()
        self.fields["agenda_item"].empty_label = _("None in particular")
        self.order_fields([column("title", code) for code in self.languages])

    def clean(self):
        cleaned = super().clean()
        self.require_one("title")
        return cleaned

    def _post_clean(self):
        """As in SessionForm: the verbs write."""

    @property
    def details(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewDocumentForm(FileFields, DocumentForm):
    """A paper with its first file."""

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, session=session, **kwargs)
        self.initial.setdefault("language", current())
        self.order_fields([*(column("title", code) for code in self.languages), "upload", "language"])


class VersionForm(FileFields):
    """A newer file, or one in a further language; the first language that is missing is offered."""

    def __init__(self, *args, document, **kwargs):
        super().__init__(*args, **kwargs)
        missing = missing_languages(document)
        self.initial.setdefault("language", missing[0] if missing else current())
