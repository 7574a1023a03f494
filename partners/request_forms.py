"""What is filled in around a request: the firm's word on its text, and files beside it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from partners.models import PartnerRequest
from portal.uploads import checking


class AskFirmForm(forms.Form):
    """Where to reach a firm that has nobody on the portal."""

    email = forms.EmailField(
        label=_("E-mail address of the company"),
        help_text=_("Of who answers for the company. A link there leads to the text, without signing in."),
    )


class ChangesForm(forms.Form):
    note = forms.CharField(label=_("What should change"), max_length=1000, widget=forms.Textarea({"rows": 4}))


class AttachForm(forms.Form):
    title = forms.CharField(label=_("What the file is"), max_length=200)
    upload = forms.FileField(
        label=_("File"),
        max_length=300,
        allow_empty_file=True,  # the verb says what is wrong with it
        widget=forms.FileInput(attrs={"accept": checking.ACCEPTED}),
    )
    is_public = forms.BooleanField(
        label=_("Everybody who reads the request may read the file"),
        required=False,
        help_text=_(
            "Otherwise only the two sides of an accepted interest may. Look for names and addresses inside the file: "
            "the portal does not take them out."
        ),
    )

    def __init__(self, *args: Any, found: PartnerRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = _(
            "PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, TXT or CSV, without macros, at most %(megabytes)d MB."
        ) % {"megabytes": settings.UPLOAD_MAX_MB}
        if found.status != PartnerRequest.Status.DRAFT:  # what everybody reads has been reviewed
            del self.fields["is_public"]

    def clean_upload(self) -> Any:
        """Before anything reads it whole."""
        file = self.cleaned_data["upload"]
        if file.size > checking.largest():
            raise checking.too_large()
        return file
