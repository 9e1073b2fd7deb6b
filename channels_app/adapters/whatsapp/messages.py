"""One entry of ``messages``: what a customer wrote, pressed, sent, changed or took back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels_app.adapters.base import (
    Address,
    IdentityChanged,
    Ignored,
    InboundItem,
    InboundMessage,
    MessageChanged,
    digest,
)
from channels_app.adapters.untrusted_json import Fields
from channels_app.adapters.whatsapp import contents
from channels_app.adapters.whatsapp.addresses import USER_ID_KIND, normalise
from channels_app.adapters.whatsapp.contacts import Contacts
from channels_app.adapters.whatsapp.contents import MAX_TEXT_CHARACTERS, Content
from channels_app.adapters.whatsapp.times import unix_time
from helpdesk.common.errors import ParseError

_NUMBER_CHANGES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


@dataclass(frozen=True, kw_only=True)
class _Context:
    """What every entry has, read once."""

    fields: Fields
    message_id: str
    sender: Address
    aliases: tuple[Address, ...]
    base: dict[str, Any] = field(default_factory=dict)


def read_message(fields: Fields, contacts: Contacts, *, is_echo: bool) -> list[InboundItem]:
    """The items of one entry; its id (wamid) is what makes it the same when it comes again."""
    message_id = fields.identifier("id", is_required=True)
    kind = fields.text("type", limit=100)
    base: dict[str, Any] = {"external_id": message_id, "sent_at": unix_time(fields, "timestamp")}
    if kind == "request_welcome":
        return [Ignored(dedup_key=digest("message", message_id), reason="request_welcome", **base)]
    sender, aliases = contacts.sender_of(fields)
    context = _Context(fields=fields, message_id=message_id, sender=sender, aliases=aliases, base=base)
    reader = _CHANGES.get(kind)
    if reader is not None:
        return reader(context)
    return [_message(context, kind, is_echo=is_echo)]


def _message(context: _Context, kind: str, *, is_echo: bool) -> InboundMessage:
    fields = context.fields
    content = contents.read(fields, kind)
    details = {**content.details, **_circumstances(fields)}
    reply = fields.object("context")
    recipient = fields.identifier("to", limit=40)
    return InboundMessage(
        dedup_key=digest("message", context.message_id),
        sender=context.sender,
        aliases=() if is_echo else context.aliases,
        text=content.text,
        reply_text=content.text,
        payload=content.payload,
        details=details,
        attachments=content.attachments,
        in_reply_to=reply.identifier("id") if reply is not None else "",
        to=(Address(address=normalise(f"+{recipient.lstrip('+')}"), raw=recipient),) if recipient else (),
        flags=content.flags,
        is_echo=is_echo,
        **context.base,
    )


def _circumstances(fields: Fields) -> dict[str, Any]:
    """What stands beside the content: the advertisement he came from, a product he asks about, a forwarded message."""
    found: dict[str, Any] = {}
    referral = fields.object("referral")
    if referral is not None:
        names = ("source_type", "source_id", "source_url", "headline", "body", "media_type", "ctwa_clid")
        found["referral"] = {name: value for name in names if (value := referral.long_text(name, limit=4000))}
    context = fields.object("context")
    if context is not None:
        if context.flag("forwarded") or context.flag("frequently_forwarded"):
            found["is_forwarded"] = True
        product = context.object("referred_product")
        if product is not None:
            found["product"] = {
                "catalog": product.identifier("catalog_id"),
                "id": product.identifier("product_retailer_id"),
            }
    group = fields.identifier("group_id", limit=200)
    return {**found, "group": group} if group else found


def _reaction(context: _Context) -> list[InboundItem]:
    reaction = context.fields.object("reaction")
    if reaction is None:
        raise ParseError("missing", f"{context.fields.place}.reaction is missing.")
    change = MessageChanged(
        dedup_key=digest("change", context.message_id),
        change_of=reaction.identifier("message_id", is_required=True),
        change="reaction",
        text=reaction.text("emoji", limit=64),
        sender=context.sender,
        **context.base,
    )
    return [change]


def _edit(context: _Context) -> list[InboundItem]:
    edit = context.fields.object("edit")
    message = edit.object("message") if edit is not None else None
    if edit is None or message is None:
        raise ParseError("missing", f"{context.fields.place}.edit.message is missing.")
    content: Content = contents.read(message, message.text("type", limit=100))
    change = MessageChanged(
        dedup_key=digest("change", context.message_id),
        change_of=edit.identifier("original_message_id", is_required=True),
        change="edited",
        text=content.text[:MAX_TEXT_CHARACTERS],
        sender=context.sender,
        **context.base,
    )
    return [change]


def _revoke(context: _Context) -> list[InboundItem]:
    revoke = context.fields.object("revoke")
    if revoke is None:
        raise ParseError("missing", f"{context.fields.place}.revoke is missing.")
    change = MessageChanged(
        dedup_key=digest("change", context.message_id),
        change_of=revoke.identifier("original_message_id", is_required=True),
        change="deleted",
        sender=context.sender,
        **context.base,
    )
    return [change]


def _system(context: _Context) -> list[InboundItem]:
    """A customer's new number or new business-scoped id; both where both changed."""
    system = context.fields.object("system")
    if system is None:
        raise ParseError("missing", f"{context.fields.place}.system is missing.")
    word = system.text("type", limit=100)
    if word not in _NUMBER_CHANGES:
        key = digest("system", context.message_id)
        return [Ignored(dedup_key=key, reason=f"unknown:system:{word}", **context.base)]
    changes = _changed_addresses(context, system)
    if not changes:
        raise ParseError("missing", f"{system.place} names no new address.")
    return [
        IdentityChanged(
            dedup_key=digest("identity", context.message_id, old.kind, old.address, new.address),
            old=old,
            new=new,
            **context.base,
        )
        for old, new in changes
    ]


def _changed_addresses(context: _Context, system: Fields) -> list[tuple[Address, Address]]:
    known = [context.sender, *context.aliases]
    old_number = system.identifier("customer", limit=40)
    numbers = [one for one in known if one.kind != USER_ID_KIND]
    old_numbers = [Address(address=normalise(f"+{old_number}"), raw=old_number)] if old_number else numbers
    ids = [one for one in known if one.kind == USER_ID_KIND]
    new_number = system.identifier("wa_id", limit=40) or system.identifier("new_wa_id", limit=40)
    new_id = system.identifier("user_id", limit=200)
    name = context.sender.name
    changes = []
    if new_number and old_numbers:
        new = Address(address=normalise(f"+{new_number.lstrip('+')}"), raw=new_number, name=name)
        changes.append((old_numbers[0], new))
    if new_id and ids:
        changes.append((ids[0], Address(address=new_id, raw=new_id, name=name, kind=USER_ID_KIND)))
    return [(old, new) for old, new in changes if old.address != new.address]


_CHANGES: dict[str, Callable[[_Context], list[InboundItem]]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}
