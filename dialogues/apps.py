from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = _("Dialogues")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dialogues import (  # noqa: PLC0415 -- models are not there before
            addressing,
            alerting,
            because,
            cases,
            issue_alerting,
            kinds,
            models,
            searching,
            watching,
        )
        from portal.reference import renaming  # noqa: PLC0415 -- as above

        renaming.declare("dialogue", models.Dialogue)
        cases.register()
        searching.declare()
        issue_alerting.declare()
        alerting.declare()
        watching.declare()
        kinds.register()
        addressing.declare()
        because.register()
