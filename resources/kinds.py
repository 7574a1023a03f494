"""How urgent the messages of resources are."""

from portal.notifications.kinds import TO_MANY, declare


def register() -> None:
    """Called once, when the app is ready."""
    declare({"resources/resource_followed": TO_MANY})
