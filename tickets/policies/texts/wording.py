"""The shape of one language's sentences."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CaseTexts:
    """``{link}``, ``{count}``, ``{size}`` and ``{name}`` are filled in; everything else stands as it is."""

    language: str
    is_right_to_left: bool = False
    # asking for something
    ask_photo: str
    ask_document: str
    ask_location: str
    ask_order_number: str
    upload_here: str  # with {link}
    # from public to private
    moved_to_private_message: str
    moved_with_link: str  # with {link}
    first_private_message: str
    closing_line: str
    # the page on which files are handed in
    title_photo: str
    title_document: str
    choose: str
    take_photo: str
    or_drop: str
    chosen: str
    remove: str
    rules: str  # with {count} and {size} in megabytes
    send: str
    sending: str
    sent_title: str
    sent_text: str
    send_more: str
    # what went wrong there
    nothing_chosen: str
    too_many: str  # with {count}
    too_large: str  # with {size}
    wrong_type: str  # with {name}
    not_reached: str
    expired_title: str
    expired_text: str
    unknown_title: str
    unknown_text: str
    broken_title: str
    broken_text: str
    busy_title: str
    busy_text: str
