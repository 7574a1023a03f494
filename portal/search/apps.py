from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "portal.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.reference.renaming import code_changed  # noqa: PLC0415 -- models are not there before
        from portal.search import reindexing  # noqa: PLC0415 -- as above

        code_changed.connect(reindexing.when_code_changed, dispatch_uid="portal.search.reindexing")
