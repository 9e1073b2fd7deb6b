"""Visitors: a token of 256 random bits, known by its digest; who they are is what the site signs and nothing else."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Address
from channels_app.adapters.webchat.parse import USER, VISITOR, proven_addresses, shown_address
from channels_app.adapters.webchat.signing import is_proven
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError, InvalidInput, PermissionRefused
from helpdesk.common.text import clean_text, normalise_email, one_line
from tickets.models import Conversation, Customer, CustomerIdentity, Visitor
from tickets.services.customers import find_identity, find_or_create_identity, lock_address
from tickets.services.system_messages import is_mail_address
from tickets.webchat.joining import join_chats
from tickets.webchat.look import asked_questions

KIND = "webchat"
SEEN_EVERY = timedelta(seconds=30)
ORPHAN_AGE = timedelta(days=1)
MAX_PAGE_CHARACTERS = 2000


class UnknownVisitor(HelpdeskError):
    """The token is nobody's here: the widget forgets it and begins anew."""

    status = 401


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Whom a page says the visitor is: id, expiry (Unix seconds) and the site's hash over both and the channel."""

    identifier: str
    expires_at: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """What a visitor says before he writes. Nothing of it proves anything but a ``claim`` that the site has signed."""

    name: str = ""
    email: str = ""
    answers: Sequence[tuple[str, str]] = ()
    language: str = ""
    time_zone: str = ""
    page: dict[str, str] = field(default_factory=dict)
    has_consented: bool = False
    claim: Claim | None = None


def start_visitor(*, channel: Channel, introduction: Introduction) -> tuple[Visitor, str]:
    """A new visitor and his token, which is told this once. Raises InvalidInput naming what is missing, PermissionRefused."""
    introduction = _cleaned(introduction)
    _check_asked(channel, introduction)
    token = secrets.token_urlsafe(32)
    visitor = Visitor(
        channel=channel,
        token_digest=token_digest(token),
        name=introduction.name,
        email=introduction.email,
        language=introduction.language,
        time_zone=introduction.time_zone,
        answers=[{"question": question, "answer": answer} for question, answer in introduction.answers],
        page=introduction.page,
        consented_at=now(),
        last_seen_at=now(),
    )
    visitor.address = f"{VISITOR}{visitor.uuid.hex}"
    with transaction.atomic():
        if introduction.claim is not None:
            _prove(channel, introduction.claim)
            visitor.address = _bind(visitor, introduction.claim.identifier)
        visitor.save()
    return visitor, token


def find_visitor(*, channel: Channel, token: str) -> Visitor:
    """The visitor of a token, noted as seen. Raises UnknownVisitor."""
    visitor = Visitor.objects.filter(channel=channel, token_digest=token_digest(token)).first() if token else None
    if visitor is None:
        raise UnknownVisitor("unknown_visitor", _("This chat is not known here any more."))
    visitor.channel = channel
    moment = now()
    if visitor.last_seen_at < moment - SEEN_EVERY:
        Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=moment)
    return visitor


@transaction.atomic
def update_visitor(*, visitor: Visitor, introduction: Introduction) -> Visitor:
    """Keep what the visitor adds: name, address, page; a claim makes him somebody. Raises InvalidInput, PermissionRefused."""
    introduction = _cleaned(introduction)
    current = Visitor.objects.select_for_update().get(pk=visitor.pk)
    current.channel = visitor.channel
    for name in ("name", "email", "language", "time_zone", "page"):
        setattr(current, name, getattr(introduction, name) or getattr(current, name))
    if introduction.claim is not None:
        _prove(visitor.channel, introduction.claim)
        current.address = _bind(current, introduction.claim.identifier)
    current.save()
    return current


def forget_visitor(*, visitor: Visitor) -> None:
    """End the token (signed out, or a shared machine). What was said stays with the conversation."""
    Visitor.objects.filter(pk=visitor.pk).update(token_digest=secrets.token_bytes(32))


def conversation_of(visitor: Visitor) -> Conversation | None:
    """The one conversation of a visitor; None before his first message is filed."""
    known = Conversation.objects.filter(
        channel=visitor.channel_id, identity__kind=KIND, identity__address=visitor.address
    )
    return known.select_related("identity", "customer").first()


def delete_idle_visitors() -> int:
    """Forget visitors who started a day ago and never wrote; returns how many."""
    idle = Visitor.objects.filter(last_seen_at__lt=now() - ORPHAN_AGE, address__startswith=VISITOR)
    written = CustomerIdentity.objects.filter(kind=KIND, address__startswith=VISITOR).values("address")
    return int(idle.exclude(address__in=written).delete()[0])


def token_digest(token: str) -> bytes:
    """What of a token is stored. The token is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _cleaned(given: Introduction) -> Introduction:
    email = normalise_email(given.email)
    if given.email.strip() and not (email and is_mail_address(email)):
        text = _("Please check this address.")
        raise InvalidInput("invalid_email", text, fields={"email": text})
    return replace(
        given,
        name=one_line(clean_text(given.name))[:200],
        email=email,
        answers=[(one_line(clean_text(q))[:200], clean_text(a)[:1000]) for q, a in given.answers],
        language=given.language if len(given.language) <= 12 else given.language.partition("-")[0][:12],
        time_zone=_known_zone(given.time_zone),
        page={name: _page_text(given.page.get(name, "")) for name in ("url", "title", "referrer")},
    )


def _page_text(value: str) -> str:
    return one_line(clean_text(value))[:MAX_PAGE_CHARACTERS]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name and len(name) <= 64 else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def _check_asked(channel: Channel, given: Introduction) -> None:
    config = channel.config
    answers = dict(given.answers)
    missing = [
        name for name in ("name", "email") if config.get(f"ask_{name}") == "required" and not getattr(given, name)
    ]
    # Whom the site has signed for is asked nothing that the site knows.
    missing = [] if given.claim is not None else missing
    for question in asked_questions(config):
        if question["required"] and not answers.get(question["label"], "").strip():
            missing.append(question["label"])
    if config.get("needs_consent") and not given.has_consented:
        missing.append("consent")
    if missing:
        text = _("Please fill this in.")
        raise InvalidInput("missing", text, fields=dict.fromkeys(missing, text))


def _prove(channel: Channel, claim: Claim) -> None:
    """Raise PermissionRefused unless the site has signed for this id, here and now."""
    known = [str(secret) for secret in channel.read_secrets().get("identity_secrets") or []][:2]
    is_fine = is_proven(
        secrets=known,
        channel_uuid=str(channel.uuid),
        identifier=claim.identifier,
        expires_at=claim.expires_at,
        given=claim.hash,
        at=now().timestamp(),
    )
    if not is_fine:
        raise PermissionRefused("identity_refused", _("The site has not signed for this visitor."))


def _bind(visitor: Visitor, identifier: str) -> str:
    """The address of a proven visitor, with a verified identity behind it.

    Known here: that one. Else the customer whose id in the CRM it is; else the chat that this browser began unknown becomes his; else
    a new customer. What this browser said unknown goes along.
    """
    channel, address = visitor.channel, f"{USER}{identifier}"[:320]
    # The same person may open two windows at once.
    lock_address(KIND, address, channel.pk)
    identity = find_identity(kind=KIND, address=address, channel_id=channel.pk)
    if identity is None:
        identity = _crm_identity(channel, address, identifier, visitor.name) or _own_identity(visitor, address)
    if identity is None:
        sender = Address(address=address, raw=shown_address(address), name=visitor.name or identifier)
        known_as = proven_addresses(address, sender.name)
        identity = find_or_create_identity(channel=channel, sender=sender, language=visitor.language, aliases=known_as)
    if not identity.is_verified:
        CustomerIdentity.objects.filter(pk=identity.pk).update(is_verified=True)
    join_chats(visitor=visitor, proven=identity)
    return address


def _crm_identity(channel: Channel, address: str, identifier: str, name: str) -> CustomerIdentity | None:
    if channel.config.get("ids_are_not_from_crm"):
        return None
    customer = Customer.objects.filter(external_id=identifier, merged_into=None).first()
    if customer is None:
        return None
    return CustomerIdentity.objects.create(
        customer=customer,
        kind=KIND,
        channel=channel,
        address=address,
        address_raw=shown_address(address),
        display_name=name or customer.name,
        is_verified=True,
    )


def _own_identity(visitor: Visitor, address: str) -> CustomerIdentity | None:
    """The identity under which this very browser chatted before, now with a proven address."""
    if visitor.is_verified:
        return None
    own = CustomerIdentity.objects.select_for_update().filter(
        kind=KIND, channel=visitor.channel_id, address=visitor.address
    )
    identity = own.first()
    if identity is not None:
        Visitor.objects.filter(channel=visitor.channel_id, address=visitor.address).update(address=address)
        identity.address, identity.address_raw = address, shown_address(address)
        identity.save(update_fields=["address", "address_raw"])
    return identity
