"""A person's own calendar under an address that only she knows: made, made anew, ended."""

from dialogues.models import PersonalCalendar
from portal.secret_address import SecretAddress

_address = SecretAddress(
    PersonalCalendar,
    salt="dialogues.personal",
    url_name="dialogues:personal-feed",
    made="calendar_address_made",
    ended="calendar_address_ended",
)
begin, end, of, path, owner = _address.begin, _address.end, _address.of, _address.path, _address.owner
