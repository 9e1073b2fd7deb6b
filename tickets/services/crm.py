"""What the CRM or the shop tells of a customer: who he is, and what he has ordered and paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_json, clean_text, one_line
from tickets.models import Customer, CustomerEvent, CustomerIdentity, Organization
from tickets.services.actors import Actor
from tickets.services.addresses import GLOBAL_KINDS, normalised
from tickets.services.customers import (
    create_customer,
    find_identity,
    lock_address,
    lock_customer,
    lock_external_id,
    update_customer,
)
from tickets.services.proofs import give_over, is_his, tell_address

LONGEST_CHAIN = 50


@dataclass(frozen=True, kw_only=True)
class GivenIdentity:
    """An address as the CRM has it. ``is_verified``: the CRM answers for it (its key must be allowed to)."""

    kind: str
    address: str
    channel: Channel | None = None
    is_verified: bool = False


@dataclass(frozen=True, kw_only=True)
class OutsideEvent:
    """See CustomerEvent."""

    kind: str
    external_id: str
    title: str
    occurred_at: datetime
    amount: Decimal | None = None
    currency: str = ""
    url: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Put:
    """``taken``: the addresses that another customer has; agents are asked whether the two are one."""

    customer: Customer
    is_new: bool
    taken: Sequence[GivenIdentity] = ()


def find_by_external_id(external_id: str) -> Customer | None:
    """The customer with this id in the CRM; of a merged one the customer who stayed."""
    customer = Customer.objects.filter(external_id=external_id).first() if external_id else None
    for _step in range(LONGEST_CHAIN):
        if customer is None or customer.merged_into_id is None:
            break
        customer = customer.merged_into
    return customer


@transaction.atomic
def put_customer(
    *,
    external_id: str,
    actor: Actor,
    changes: Mapping[str, Any],
    identities: Sequence[GivenIdentity] = (),
    events: Sequence[OutsideEvent] = (),
) -> Put:
    """Create the customer of this CRM id, or bring him up to date. The same call twice changes nothing the second time.

    Fields and addresses that are left out stay. Raises InvalidInput (a new customer needs a ``name``), NotVisible for an erased one.
    """
    lock_external_id(external_id)
    customer = find_by_external_id(external_id)
    is_new = customer is None
    if customer is None:
        if not changes.get("name"):
            raise InvalidInput("no_name", _("A new customer needs a name."), fields={"name": "missing"})
        known = {**changes, "external_id": external_id}
        customer = create_customer(actor=actor, name=changes["name"], changes=known)
    else:
        customer = update_customer(customer_id=customer.pk, actor=actor, changes=changes)
    # In one order, so that two calls with the same addresses wait for each other instead of locking each other out.
    in_order = sorted(identities, key=lambda given: (given.kind, given.address))
    taken = [given for given in in_order if not _give_identity(customer, given)]
    for event in events:
        _keep_event(customer.pk, event)
    return Put(customer=customer, is_new=is_new, taken=taken)


def _give_identity(customer: Customer, given: GivenIdentity) -> bool:
    """Whether the address is the customer's now. What another has stays with him unless it was only told of him."""
    address = normalised(given.kind, given.address, channel=given.channel)
    if not address:
        text = _("“%(address)s” is no address of that kind.") % {"address": given.address[:100]}
        raise InvalidInput("invalid_address", text, fields={"identities": "invalid"})
    channel_id = None if given.kind in GLOBAL_KINDS or given.channel is None else given.channel.pk
    lock_address(given.kind, address, channel_id)
    known = find_identity(kind=given.kind, address=address, channel_id=channel_id)
    if known is None:
        CustomerIdentity.objects.create(
            customer=customer,
            kind=given.kind,
            channel_id=channel_id,
            address=address,
            address_raw=given.address.strip()[:320],
            is_verified=given.is_verified,
            is_claimed=not given.is_verified,
        )
        return True
    if known.customer_id == customer.pk:
        if given.is_verified and not known.is_verified:
            CustomerIdentity.objects.filter(pk=known.pk).update(is_verified=True, is_claimed=False)
        return True
    if given.is_verified and not is_his(known):
        give_over(known, to=customer, is_vouched=True)
        return True
    tell_address(customer_id=customer.pk, kind=given.kind, address=address)
    return False


@transaction.atomic
def keep_event(*, customer_id: int, event: OutsideEvent) -> tuple[CustomerEvent, bool]:
    """Keep what happened outside, or what it has become: (the row, whether it is new). Raises NotVisible, InvalidInput."""
    lock_customer(customer_id)
    return _keep_event(customer_id, event)


def _keep_event(customer_id: int, event: OutsideEvent) -> tuple[CustomerEvent, bool]:
    kind, external_id = one_line(clean_text(event.kind))[:40], one_line(clean_text(event.external_id))[:200]
    row = CustomerEvent.objects.filter(customer=customer_id, kind=kind, external_id=external_id).first()
    is_new = row is None
    row = row or CustomerEvent(customer_id=customer_id, kind=kind, external_id=external_id)
    row.title = one_line(clean_text(event.title))[:300]
    row.occurred_at, row.amount, row.currency = event.occurred_at, event.amount, event.currency.upper()
    row.url, row.data = event.url.strip(), clean_json(dict(event.data))
    try:
        row.clean_fields(exclude=["customer"])
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise InvalidInput("invalid_value", " ".join(fields.values()), fields=fields) from None
    if (row.amount is None) != (row.currency == "") or not (row.currency == "" or _is_currency(row.currency)):
        text = _("An amount has a currency of three letters, and the other way round.")
        raise InvalidInput("invalid_value", text, fields={"currency": text})
    row.save()
    return row, is_new


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha()


def organization_named(*, name: str, external_id: str = "") -> Organization:
    """The organisation of the CRM: by its id there, else by its name, else a new one."""
    clean = one_line(clean_text(name))[:200]
    if external_id:
        known = Organization.objects.filter(external_id=external_id).order_by("pk").first()
        if known is not None:
            return known
    organization, _is_new = Organization.objects.get_or_create(name=clean, defaults={"external_id": external_id})
    return organization
