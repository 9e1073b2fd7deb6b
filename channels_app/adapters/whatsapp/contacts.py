"""Who wrote: the sender of a message and the addresses that WhatsApp vouches for beside it."""

from channels_app.adapters.base import Address, ParseError
from channels_app.adapters.untrusted_json import Faults, Fields
from channels_app.adapters.whatsapp.addresses import USER_ID_KIND, normalise

MAX_CONTACTS = 500


class Contacts:
    """The ``contacts`` of a change: names by phone number (``wa_id``) and by business-scoped user id (``user_id``)."""

    def __init__(self, value: Fields, faults: Faults) -> None:
        self._entries: list[_Entry] = []
        for contact in value.events("contacts", limit=MAX_CONTACTS, faults=faults):
            with faults.collected():
                self._entries.append(_Entry(contact))

    def sender_of(self, message: Fields) -> tuple[Address, tuple[Address, ...]]:
        """(the sender, further addresses of the same person). Raises ParseError where nobody is named.

        The number is the address where it is known; a customer who hides it behind a user name is known by the id alone.
        """
        number = message.identifier("from", limit=40)
        user_id = message.identifier("from_user_id", limit=200) or message.identifier("user_id", limit=200)
        entry = self._find(number, user_id)
        if entry is not None:
            number, user_id = number or entry.number, user_id or entry.user_id
        name = entry.name if entry is not None else ""
        addresses = []
        if number:
            addresses.append(Address(address=normalise(f"+{number.lstrip('+')}"), raw=number, name=name))
        if user_id:
            addresses.append(Address(address=user_id, raw=user_id, name=name, kind=USER_ID_KIND))
        if not addresses:
            raise ParseError("missing", f"{message.place} names no sender.")
        return addresses[0], tuple(addresses[1:])

    def _find(self, number: str, user_id: str) -> "_Entry | None":
        for entry in self._entries:
            if (number and entry.number == number) or (user_id and entry.user_id == user_id):
                return entry
        # Some calls name the sender in ``contacts`` only. Several of them would be a guess.
        return self._entries[0] if len(self._entries) == 1 and not (number and self._entries[0].number) else None


class _Entry:
    def __init__(self, contact: Fields) -> None:
        profile = contact.object("profile")
        username = profile.text("username", limit=200) if profile is not None else ""
        shown = profile.text("name", limit=200) if profile is not None else ""
        self.number = contact.identifier("wa_id", limit=40)
        self.user_id = contact.identifier("user_id", limit=200)
        self.name = shown or (f"@{username}" if username else "")
