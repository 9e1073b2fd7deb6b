"""Signed links to files of our answers, for providers that fetch a file themselves instead of taking its bytes."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from helpdesk.common.clock import from_timestamp, now
from helpdesk.common.crypto import is_signed, sign_text
from helpdesk.common.errors import NotVisible
from helpdesk.common.text import clean_file_name
from tickets.models import Attachment, Message

PURPOSE = "public_file"
# Providers fetch within minutes, but a message may wait in their queue; after a day the link opens nothing.
LIFETIME = timedelta(hours=24)
_MAX_TOKEN_CHARACTERS = 100
_NEVER_SENT = (Message.DeliveryState.CANCELLED,)


def public_file_url(attachment: Attachment, *, at: datetime | None = None) -> str:
    """The address under which anybody who knows it may fetch the file for 24 hours from ``at`` (now).

    It ends in the file's extension, because some providers judge a file by that.
    """
    expires_at = int(((at or now()) + LIFETIME).timestamp())
    text = f"{attachment.uuid.hex}.{expires_at:x}"
    token = f"{text}.{sign_text(text, purpose=PURPOSE)}"
    _stem, dot, extension = clean_file_name(attachment.name).rpartition(".")
    is_plain = bool(dot) and extension.isascii() and extension.isalnum() and len(extension) <= 8
    name = f"file.{extension.lower()}" if is_plain else "file"
    return f"{settings.SITE_URL.rstrip('/')}/files/{token}/{name}"


def find_public_file(token: str) -> Attachment:
    """The file behind a token of ours. Raises NotVisible for a token that is not ours or has expired, and for files never sent.

    Only files of answers are ever handed out: what customers sent and what notes hold stays behind the session.
    """
    text, _dot, signature = token.rpartition(".")
    uuid, _dot, expires = text.partition(".")
    if len(token) > _MAX_TOKEN_CHARACTERS or not is_signed(text, signature, purpose=PURPOSE):
        raise NotVisible("file_not_found", "There is no such file.")
    if from_timestamp(int(expires, 16)) < now():
        raise NotVisible("link_expired", "This link has expired.")
    sent = Attachment.objects.filter(
        uuid=UUID(uuid), message__direction=Message.Direction.OUT, message__conversation__isnull=False
    )
    attachment = sent.exclude(message__delivery_state__in=_NEVER_SENT).first()
    if attachment is None:
        raise NotVisible("file_not_found", "There is no such file.")
    return attachment
