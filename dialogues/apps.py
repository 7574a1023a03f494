from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = _("Dialogues")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dialogues import because, cases, issue_alerting, kinds, searching  # noqa: PLC0415 -- models are not there before

        from dialogues import addressing  # noqa: PLC0415 -- as above

        cases.register()
        searching.declare()
        issue_alerting.declare()
        kinds.register()
        addressing.declare()
        because.register()
