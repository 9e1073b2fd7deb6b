"""What the widget says, in the languages of the product."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language_info, override, pgettext_lazy

CONTEXT = "web chat"

TEXTS: dict[str, Promise] = {
    "open": pgettext_lazy("web chat", "Open chat"),
    "close": pgettext_lazy("web chat", "Close chat"),
    "unread": pgettext_lazy("web chat", "Unread messages: {count}"),
    "title": pgettext_lazy("web chat", "Chat with us"),
    "greeting": pgettext_lazy("web chat", "Hello! How can we help?"),
    "is_open": pgettext_lazy("web chat", "We are here"),
    "is_closed": pgettext_lazy("web chat", "We are closed. Back on {time}."),
    "is_closed_long": pgettext_lazy("web chat", "We are closed at the moment."),
    "messages": pgettext_lazy("web chat", "Conversation"),
    "older": pgettext_lazy("web chat", "Show earlier messages"),
    "write": pgettext_lazy("web chat", "Write a message…"),
    "send": pgettext_lazy("web chat", "Send"),
    "attach": pgettext_lazy("web chat", "Attach a file"),
    "you": pgettext_lazy("web chat", "You"),
    "sending": pgettext_lazy("web chat", "Sending…"),
    "sent": pgettext_lazy("web chat", "Sent"),
    "failed": pgettext_lazy("web chat", "Not sent."),
    "again": pgettext_lazy("web chat", "Try again"),
    "typing": pgettext_lazy("web chat", "{name} is typing…"),
    "download": pgettext_lazy("web chat", "Download {name}"),
    "picture": pgettext_lazy("web chat", "Picture: {name}"),
    "today": pgettext_lazy("web chat", "Today"),
    "yesterday": pgettext_lazy("web chat", "Yesterday"),
    "name": pgettext_lazy("web chat", "Your name"),
    "email": pgettext_lazy("web chat", "Your e-mail address"),
    "email_why": pgettext_lazy("web chat", "We answer there when you have left."),
    "message": pgettext_lazy("web chat", "Your message"),
    "optional": pgettext_lazy("web chat", "optional"),
    "consent": pgettext_lazy("web chat", "I agree that what I write here is processed and kept to answer me."),
    "privacy": pgettext_lazy("web chat", "Privacy notice"),
    "missing": pgettext_lazy("web chat", "Please fill this in."),
    "wrong_email": pgettext_lazy("web chat", "Please check this address."),
    "leave_message": pgettext_lazy("web chat", "Leave a message"),
    "offline_intro": pgettext_lazy("web chat", "Leave us a message and your address; we answer by e-mail."),
    "offline_thanks": pgettext_lazy("web chat", "Thank you. We will answer to {email}."),
    "ask_email": pgettext_lazy("web chat", "Not staying? Leave your address and the answer comes by e-mail."),
    "save": pgettext_lazy("web chat", "Save"),
    "email_saved": pgettext_lazy("web chat", "Answers you miss here go to {email}."),
    "too_large": pgettext_lazy("web chat", "This file is larger than {limit} MB."),
    "wrong_type": pgettext_lazy("web chat", "Files of this type are not taken."),
    "too_fast": pgettext_lazy("web chat", "That was a lot at once. Please wait a moment."),
    "offline": pgettext_lazy("web chat", "No connection. We keep trying."),
    "new_message": pgettext_lazy("web chat", "New message"),
    "channels": pgettext_lazy("web chat", "Other ways to reach us"),
    "hints": pgettext_lazy("web chat", "Does this help?"),
    "hints_hide": pgettext_lazy("web chat", "Hide these suggestions"),
    "helped": pgettext_lazy("web chat", "This helped"),
    "helped_thanks": pgettext_lazy("web chat", "Glad to hear it. You can still write to us."),
    "drop": pgettext_lazy("web chat", "Remove {name}"),
}


def choose_language(wanted: Sequence[str], *, fixed: str = "") -> str:
    """The first wanted language (BCP 47 tags) that the widget speaks; a fixed one beats them, the site's is the last."""
    known = [code for code, _name in settings.LANGUAGES]
    for tag in (fixed, *wanted, settings.LANGUAGE_CODE):
        code = tag.lower().replace("_", "-")
        found = next((one for one in (code, code.partition("-")[0]) if one in known), "")
        if found:
            return found
    return known[0]


def texts_in(language: str) -> dict[str, str]:
    """Every text in one language of the settings."""
    with override(language):
        return {name: str(text) for name, text in TEXTS.items()}


def direction_of(language: str) -> str:
    """The word ``rtl`` or ``ltr``."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"
