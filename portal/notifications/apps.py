from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "portal.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed  # noqa: PLC0415 -- models are not there before

        from portal.notifications import carrying, converting  # noqa: PLC0415 -- models are not there before
        from portal.reference.renaming import code_changed  # noqa: PLC0415 -- models are not there before

        code_changed.connect(carrying.when_code_changed, dispatch_uid="portal.notifications.carrying")
        email_confirmed.connect(converting.when_proved, dispatch_uid="portal.notifications.converting")
