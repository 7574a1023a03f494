"""System checks of what partnering can do where it runs."""

from django.core.checks import CheckMessage, Info, Tags, register

from partners.folding import has_reader


@register(Tags.database)
def check_reader(app_configs: object, databases: object = None, **kwargs: object) -> list[CheckMessage]:
    """I001: Chinese names are compared with screening lists only within their script. Run by ``migrate`` and by
    ``check --database default``, not by every command."""
    if not databases or has_reader():
        return []
    text = "Names in Chinese characters are not compared with names in Latin letters on screening lists."
    return [Info(text, hint="Install the package pypinyin.", id="partners.I001")]
