"""Where django-allauth meets our users: their language, and where they go next."""

from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.template.loader import get_template
from django.urls import translate_url
from django.utils.translation import gettext_lazy

from portal.accounts import welcome
from portal.accounts.models import User
from portal.accounts.reading import address_in, remember_language
from portal.languages import current, reading_as
from portal.web import Unavailable


class AccountAdapter(DefaultAccountAdapter):
    """Mails in the recipient's language; after signing in her own desk in her own language."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The welcome step while it is due, else the desk; ``next`` has been honoured before this is asked."""
        return address_in(request.user.language, "welcome" if welcome.is_due(request.user) else "desk")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        return remember_language(response, user.language)

    def clean_email(self, email: str) -> str:
        """Refuse an address longer than any mail server takes (RFC 5321, 4.5.3.1.3): allauth's forms ask no length."""
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return super().clean_email(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send at once, outside the outbox: the reader waits for this very mail, and the codes and links in
        it are secrets that belong in no table. In her language, if we know her; else in the page's.

        Raises ``Unavailable`` when the mail server does not take it: she is told to try again.
        """
        reader = _owner(email)
        given = {
            "site_name": gettext_lazy(settings.SITE_NAME),  # read in the language below
            "site_url": settings.SITE_URL,
            "email": email,
            "recipient": reader,
            **_translated(context, reader.language if reader else current()),
        }
        with reading_as(reader) if reader else nullcontext():
            mail = self.render_mail(template_prefix, email, given)
        try:
            mail.send()
        except (OSError, AnymailError) as error:  # smtplib's errors are OSErrors
            raise Unavailable("The mail server did not take a mail about an account.") from error

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMultiAlternatives:
        """In the same dress as the portal's other mails: text and HTML on ``portal/mail/base``."""
        links = [context[name] for name in ("activate_url", "password_reset_url", "signup_url") if name in context]
        given = context | {"action_url": links[0] if links else ""}
        given["subject"] = " ".join(_plain(f"{template_prefix}_subject.txt", given).split())
        mail = EmailMultiAlternatives(
            subject=given["subject"],
            body=_plain(f"{template_prefix}_message.txt", given).strip() + "\n",
            from_email=self.get_from_email(),
            to=[email],
            headers={"Auto-Submitted": "auto-generated", "Content-Language": current()} | (headers or {}),
        )
        mail.attach_alternative(get_template(f"{template_prefix}_message.html").render(given), "text/html")
        return mail


def _plain(template_name: str, given: dict[str, Any]) -> str:
    """Rendered without HTML escaping: an apostrophe in a name stays one."""
    return get_template(template_name).template.render(Context(given, autoescape=False))


def _owner(email: str) -> User | None:
    return User.objects.filter(emailaddress__email__iexact=email).order_by("-emailaddress__verified", "pk").first()


def _translated(context: dict[str, Any], language: str) -> dict[str, Any]:
    """The links in the reader's language too."""
    return {key: translate_url(value, language) if key.endswith("_url") else value for key, value in context.items()}
