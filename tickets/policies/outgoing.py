"""Whether an answer fits into its channel: texts, files, buttons, windows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels_app.adapters.base import Limits
from helpdesk.common.text_weight import weighted_length


class Window(StrEnum):
    """How freely one may write: as one likes, only a person (with the provider's tag), or only with a template."""

    OPEN = "open"
    EXTENDED = "extended"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """One thing that does not fit: the field, a stable code, the limit and what was given (a number or a media type)."""

    field: str
    code: str
    limit: int = 0
    given: str = ""


def measure_text(text: str, unit: str) -> int:
    """The length of a text as the provider counts: characters, UTF-16 units, UTF-8 bytes, or weighted characters."""
    if unit == "weighted":
        return weighted_length(text)
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    return len(text.encode("utf-16-le", "replace")) // 2 if unit == "utf16" else len(text)


def most_file_bytes(limits: Limits, content_type: str) -> int | None:
    """The most bytes of a file of this type; None where the channel does not take it at all."""
    fitting = [start for start in limits.file_bytes if content_type.startswith(start)]
    return limits.file_bytes[max(fitting, key=len)] if fitting else None


def find_misfits(
    *,
    limits: Limits,
    text: str,
    files: Sequence[tuple[str, int]] = (),
    choice_titles: Sequence[str] = (),
    is_public: bool = False,
) -> list[Misfit]:
    """What of an answer does not fit; ``files`` are (media type, bytes)."""
    misfits = []
    most = limits.public_text if is_public else limits.text
    if choice_titles:
        most = min(filter(None, (most, limits.choice_text)), default=None)
        if not text.strip():
            misfits.append(Misfit(field="text", code="text_missing"))
    length = measure_text(text, (limits.public_unit if is_public else "") or limits.unit)
    if most is not None and length > most:
        misfits.append(Misfit(field="text", code="text_too_long", limit=most, given=str(length)))
    for content_type, size in files:
        most_bytes = most_file_bytes(limits, content_type)
        if most_bytes is None:
            misfits.append(Misfit(field="attachments", code="file_type_refused", given=content_type))
        elif size > most_bytes:
            misfits.append(Misfit(field="attachments", code="file_too_large", limit=most_bytes, given=content_type))
    if len(choice_titles) > limits.choices:
        misfits.append(
            Misfit(field="choices", code="too_many_choices", limit=limits.choices, given=str(len(choice_titles)))
        )
    for title in choice_titles[: limits.choices]:
        if not 0 < len(title) <= limits.choice_title:
            misfits.append(
                Misfit(field="choices", code="choice_title_too_long", limit=limits.choice_title, given=title)
            )
    return misfits


def window_state(
    *,
    last_customer_message_at: datetime | None,
    window: timedelta | None,
    extended_window: timedelta | None,
    at: datetime,
) -> Window:
    """How freely one may write at ``at``. Both windows run from the customer's last message; without a window it is always open."""
    if window is None:
        return Window.OPEN
    if last_customer_message_at is None:
        return Window.CLOSED
    if at < last_customer_message_at + window:
        return Window.OPEN
    if extended_window is not None and at < last_customer_message_at + extended_window:
        return Window.EXTENDED
    return Window.CLOSED


def split_into_parts(
    *, limits: Limits, text: str, file_types: Sequence[str], has_choices: bool = False
) -> list[tuple[bool, list[int]]]:
    """How an answer travels: (carries the text, indexes of its files) for each message, in order.

    Channels that take one file a message get the text first and every file behind it, or text and file as one where the text fits
    as a caption under a file of that type. Buttons stand under the text, never under a file.
    """
    indexes = list(range(len(file_types)))
    if not limits.files_apart or not file_types or (len(file_types) == 1 and not text):
        return [(bool(text), indexes)]
    fits = 0 < measure_text(text, limits.unit) <= limits.caption and file_types[0].startswith(
        tuple(limits.caption_types)
    )
    if len(file_types) == 1 and fits and not has_choices:
        return [(True, [0])]
    first = [(True, list[int]())] if text else []
    return [*first, *((False, [index]) for index in indexes)]
