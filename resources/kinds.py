"""How urgent the messages of resources are."""

from portal.notifications.kinds import TO_MANY, Kind, declare
from resources import scheduling, unseen


def register() -> None:
    """Called once, when the app is ready."""
    declare(
        {
            "resources/resource_followed": TO_MANY,
            scheduling.ENDS_SOON: Kind(holds=scheduling.holds),
            unseen.CHANGED: Kind(bundle="changes of a resource", holds=unseen.holds),
        }
    )
