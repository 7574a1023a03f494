"""From outbox rows to mails."""


def deliver_due(limit: int = 500) -> int:
    """Deliver what is due, oldest first; return how many rows were handled."""
    raise NotImplementedError
