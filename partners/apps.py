from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners import alerting, because, checks, kinds, naming, outcomes, searching, speaking  # noqa: F401, PLC0415 -- models are not there before  # noqa: PLC0415 -- models are not there before

        naming.listen()
        speaking.register()
        outcomes.register()
        alerting.declare()
        kinds.register()
        because.register()
        searching.declare()
