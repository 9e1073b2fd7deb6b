"""What visitors may hand in: few, small files of harmless types, judged by their first bytes."""

from dataclasses import dataclass

import filetype
from django.utils.translation import gettext as _

from helpdesk.common.errors import HelpdeskError
from helpdesk.common.text import clean_file_name
from helpdesk.core.services import count_and_check
from tickets.models import Visitor

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_FILES = 3
_DAY = 24 * 3600
_MOST_KILOBYTES_PER_DAY = 50 * 1024
_MOST_FILES_PER_HOUR = 30
_MOST_FILES_PER_ADDRESS_AND_HOUR = 90
# Never SVG or HTML: they can carry scripts, and nothing in their first bytes tells them from text.
TYPES = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "application/pdf", "audio/mpeg", "audio/ogg", "audio/m4a",
    "audio/x-wav", "video/mp4", "video/webm", "video/quicktime",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
})  # fmt: skip
_TEXT_ENDINGS = (".txt", ".csv", ".log", ".md")


class TooLarge(HelpdeskError):
    """A file is larger than what is taken."""

    status = 413


class WrongType(HelpdeskError):
    """A file is of a type that is not taken, whatever it calls itself."""

    status = 415


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that passed."""

    name: str
    content_type: str
    content: bytes


def check_upload(*, name: str, content: bytes) -> Upload:
    """The file with the type that its bytes prove. Raises TooLarge, WrongType."""
    if len(content) > MAX_FILE_BYTES:
        text = _("This file is larger than %(limit)d MB.") % {"limit": MAX_FILE_BYTES // (1024 * 1024)}
        raise TooLarge("file_too_large", text, fields={"files": text})
    shown = clean_file_name(name)
    found = _type_of(shown, content)
    if found is None:
        text = _("Files of this type are not taken.")
        raise WrongType("file_type_refused", text, fields={"files": text})
    return Upload(name=shown, content_type=found, content=content)


def _type_of(name: str, content: bytes) -> str | None:
    kind = filetype.guess(content[:8192])
    if kind is not None:
        return str(kind.mime) if kind.mime in TYPES else None
    if not content or not name.lower().endswith(_TEXT_ENDINGS) or b"\0" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/plain"


def check_quota(visitor: Visitor, *, address: str, sizes: list[int]) -> None:
    """Count files and kilobytes of a visitor and of his IP address; raises TooManyRequests."""
    count_and_check(f"webchat-files:{visitor.pk}", limit=_MOST_FILES_PER_HOUR, window_seconds=3600, times=len(sizes))
    count_and_check(
        f"webchat-files-of:{address}", limit=_MOST_FILES_PER_ADDRESS_AND_HOUR, window_seconds=3600, times=len(sizes)
    )
    kilobytes = sum(size // 1024 + 1 for size in sizes)
    count_and_check(f"webchat-bytes:{visitor.pk}", limit=_MOST_KILOBYTES_PER_DAY, window_seconds=_DAY, times=kilobytes)
