"""Tells the other rooms that an organization was named: created, or given another name.

Who listens is called in the transaction of the verb; whatever takes time is put off until it commits.
"""

from django.dispatch import Signal

#: Sent with ``organization``.
named = Signal()
