"""Messages as the API answers them: one query a page, recipients and files included."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject, Left, Length
from django.urls import reverse

from helpdesk.common.html import sanitise_html
from tickets.models import Attachment, Message, MessageRecipient

# A page of 100 long mails must stay a page; the whole text stands in the message itself.
LIST_TEXT_CHARACTERS = 5000

_COLUMNS = (
    "id", "uuid", "ticket_id", "conversation_id", "channel_id", "direction", "kind", "purpose", "author", "author_agent_id",
    "author_agent__username", "author_agent__first_name", "author_agent__last_name", "author_identity__customer_id",
    "author_identity__address", "author_identity__display_name", "subject", "flags", "is_auto_reply", "language",
    "contact_number", "visibility", "reactions", "provider_at", "received_at", "sort_at", "sent_at", "edited_at",
    "deleted_at", "delivery_state", "error_code", "error",
)  # fmt: skip


def message_rows(*, is_whole: bool) -> Any:
    """What ``message_shape`` needs of every message, to be narrowed; ``is_whole``: with the full text and the HTML."""
    return _every_row(is_whole).all()


@cache
def _every_row(is_whole: bool) -> Any:
    recipients = MessageRecipient.objects.filter(message=OuterRef("pk")).order_by("pk")
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by("pk")
    rows = Message.objects.annotate(
        sent_to=ArraySubquery(
            recipients.values(row=JSONObject(role="role", address="address", name="name", state="state", code="code"))
        ),
        files=ArraySubquery(
            files.values(
                row=JSONObject(
                    id="id", uuid="uuid", name="name", content_type="content_type", size="size", is_inline="is_inline"
                )
            )
        ),
    )
    if is_whole:
        return rows.values(*_COLUMNS, "sent_to", "files", "text", "reply_text", "html")
    rows = rows.annotate(
        text_start=Left("text", LIST_TEXT_CHARACTERS),
        reply_start=Left("reply_text", LIST_TEXT_CHARACTERS),
        text_length=Length("text"),
    )
    return rows.values(*_COLUMNS, "sent_to", "files", "text_start", "reply_start", "text_length")


def message_shape(row: dict[str, Any]) -> dict[str, Any]:
    """A message. In a list ``text`` and ``reply_text`` are cut at 5 000 characters and ``is_text_cut`` says so."""
    is_whole = "text" in row
    shape = {
        "id": row["id"],
        "uuid": row["uuid"],
        "ticket": row["ticket_id"],
        "conversation": row["conversation_id"],
        "channel": row["channel_id"],
        "direction": row["direction"],
        "kind": row["kind"],
        "purpose": row["purpose"],
        "author": _author(row),
        "subject": row["subject"],
        "text": row["text"] if is_whole else row["text_start"],
        "reply_text": row["reply_text"] if is_whole else row["reply_start"],
        "is_text_cut": not is_whole and row["text_length"] > LIST_TEXT_CHARACTERS,
        "flags": row["flags"],
        "is_auto_reply": row["is_auto_reply"],
        "language": row["language"],
        "contact_number": row["contact_number"],
        "visibility": row["visibility"],
        "reactions": row["reactions"],
        "provider_at": row["provider_at"],
        "received_at": row["received_at"],
        "sort_at": row["sort_at"],
        "sent_at": row["sent_at"],
        "edited_at": row["edited_at"],
        "deleted_at": row["deleted_at"],
        "delivery_state": row["delivery_state"] or None,
        "error_code": row["error_code"],
        "error": row["error"],
        "recipients": row["sent_to"],
        "attachments": [attachment_link(file) for file in row["files"]],
    }
    if is_whole:
        shape["html"] = sanitise_html(row["html"]).html if row["html"] else ""
    return shape


def read_message(pk: int) -> dict[str, Any]:
    """One message, whole; the caller has checked that it may be seen."""
    return message_shape(message_rows(is_whole=True).get(pk=pk))


def attachment_link(file: dict[str, Any]) -> dict[str, Any]:
    """A file of a message with where to download it."""
    url = reverse("api:attachments-download", args=[file["id"]])
    return {**file, "download_url": f"{settings.SITE_URL}{url}"}


def _author(row: dict[str, Any]) -> dict[str, Any]:
    """Who wrote it; ``id`` is an agent's for agents and a customer's for customers."""
    if row["author"] == Message.Author.AGENT:
        name = f"{row['author_agent__first_name']} {row['author_agent__last_name']}".strip()
        return {
            "kind": "agent",
            "id": row["author_agent_id"],
            "name": name or row["author_agent__username"],
            "address": None,
        }
    if row["author"] == Message.Author.CUSTOMER:
        return {
            "kind": "customer",
            "id": row["author_identity__customer_id"],
            "name": row["author_identity__display_name"],
            "address": row["author_identity__address"],
        }
    return {"kind": row["author"], "id": None, "name": "", "address": None}
