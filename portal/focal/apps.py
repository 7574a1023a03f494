from django.apps import AppConfig


class FocalConfig(AppConfig):
    name = "portal.focal"
    label = "focal"
    default_auto_field = "django.db.models.BigAutoField"
