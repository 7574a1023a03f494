from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourcesConfig(AppConfig):
    name = "resources"
    verbose_name = _("Resources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from resources import alerting, because, kinds, searching  # noqa: PLC0415 -- models are not loaded before

        searching.declare()
        alerting.declare()
        kinds.register()
        because.register()
