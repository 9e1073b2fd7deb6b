"""Files of messages: written to storage before the transaction, found by key, swept when nobody refers to them."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

import filetype
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from channels_app.models import InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.errors import NotVisible
from helpdesk.common.text import clean_file_name
from tickets.models import Attachment

ORPHAN_AGE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that lies in storage and belongs to no message yet."""

    storage_key: str
    name: str
    content_type: str
    size: int
    sha256: str
    is_inline: bool = False
    content_id: str = ""
    error: str = ""

    def as_attachment(self, message_id: int) -> Attachment:
        """The row that binds it to a message (not saved)."""
        return Attachment(
            message_id=message_id,
            storage_key=self.storage_key,
            name=self.name,
            content_type=self.content_type,
            size=self.size,
            sha256=self.sha256,
            is_inline=self.is_inline,
            content_id=self.content_id,
            error=self.error,
        )


def type_by_magic(content: bytes, claimed: str) -> str:
    """The type that the first bytes prove; the claimed one where they prove nothing."""
    kind = filetype.guess(content[:8192])
    return kind.mime if kind is not None else (claimed or "application/octet-stream")[:127]


def store_file(
    *, name: str, content: bytes, content_type: str = "", is_inline: bool = False, content_id: str = ""
) -> StoredFile:
    """Write ``content`` under a key of our own. Call outside any transaction; an unused file is swept after a day."""
    key = default_storage.save(f"{now():%Y/%m}/{uuid.uuid4().hex}", ContentFile(content))
    return StoredFile(
        storage_key=key,
        name=clean_file_name(name),
        content_type=type_by_magic(content, content_type),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        is_inline=is_inline,
        content_id=content_id[:255],
    )


def open_file(attachment: Attachment) -> bytes:
    """The bytes of a stored attachment. Raises NotVisible when its file was never fetched or is gone."""
    if not attachment.storage_key or not default_storage.exists(attachment.storage_key):
        raise NotVisible("file_gone", _("This file is not in storage any more."))
    with default_storage.open(attachment.storage_key) as file:
        return bytes(file.read())


def read_part(attachment: Attachment, *, start: int, length: int) -> bytes:
    """Up to ``length`` bytes from ``start`` on. Raises NotVisible when the file was never fetched or is gone."""
    if not attachment.storage_key or not default_storage.exists(attachment.storage_key):
        raise NotVisible("file_gone", _("This file is not in storage any more."))
    with default_storage.open(attachment.storage_key) as file:
        file.seek(start)
        return bytes(file.read(length))


def delete_orphans() -> int:
    """Delete files of this and the last month that are older than a day and belong to no attachment; returns how many."""
    moment = now()
    deleted = 0
    for folder in {f"{moment:%Y/%m}", f"{moment - timedelta(days=28):%Y/%m}"}:
        if not default_storage.exists(folder):
            continue
        keys = [key for key in _keys_in(folder) if default_storage.get_modified_time(key) < moment - ORPHAN_AGE]
        for start in range(0, len(keys), 500):
            deleted += _delete_unused(keys[start : start + 500])
    return deleted


def _keys_in(folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]


def _delete_unused(keys: list[str]) -> int:
    used = set(Attachment.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
    used |= set(InboundEvent.objects.filter(body_file__in=keys).values_list("body_file", flat=True))
    unused = [key for key in keys if key not in used]
    for key in unused:
        default_storage.delete(key)
    return len(unused)
