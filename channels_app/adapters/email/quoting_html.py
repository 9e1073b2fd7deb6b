"""Quoted history in HTML, where mail programs mark it with elements of their own."""

import lxml.html
from lxml.etree import LxmlError

from helpdesk.common.html import html_to_text, is_too_complex

_MAX_CHARACTERS = 500_000
_QUOTE_CLASSES = frozenset(
    {
        *(
            "yahoo_quoted",
            "protonmail_quote",
            "tutanota_quote",
            "zmail_extra",
            "moz-cite-prefix",
            "moz-forward-container",
        ),
        *("gmail_attr", "ms-outlook-mobile-reference-message", "freshdesk_quote", "gmail_extra_quote", "mail_quote"),
        *("quoted-mail", "hd-quote", "iclouded_quote", "mailQuote", "outlookmessageheader", "replyforwardmessage"),
        *(
            "protonmail_signature_block",
            "gmail_signature",
            "moz-signature",
            "gmail_signature_prefix",
            "yahoo-signature",
        ),
    }
)
_QUOTE_IDS = frozenset(
    {
        *("mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION", "ymail_android_signature"),
        *("ms-outlook-mobile-signature", "Signature", "isReplyContent", "reply-intro", "replyblockquote"),
    }
)
# From these on everything is history: the header block of the mail answered, and what it heads.
_HISTORY_STARTS = frozenset({"divRplyFwdMsg", "appendonsend", "stopSpelling", "lineBreakAtBeginningOfMessage"})
_FORWARD_MARKS = ("---------- forwarded", "begin forwarded", "weitergeleitete", "transféré", "reenviado", "inoltrato")


def text_without_quotes(html: str) -> str:
    """The text of the HTML without marked quotes and signatures; "" where the HTML cannot be taken apart."""
    if len(html) > _MAX_CHARACTERS or is_too_complex(html):
        return ""
    try:
        root = lxml.html.document_fromstring(html)
    except (LxmlError, ValueError):
        return ""
    is_changed = False
    for element in list(root.iter()):
        if isinstance(element.tag, str) and _is_quote(element) and element.getparent() is not None:
            _drop(element)
            is_changed = True
    for element in list(root.iter()):
        if isinstance(element.tag, str) and element.get("id") in _HISTORY_STARTS and _has_history(element):
            _drop_from(element)
            is_changed = True
            break
    if not is_changed:
        return ""
    return html_to_text(lxml.html.tostring(root, encoding="unicode"))


def _is_quote(element: lxml.html.HtmlElement) -> bool:
    classes = set((element.get("class") or "").split())
    if element.tag == "blockquote" and ((element.get("type") or "").lower() == "cite" or "gmail_quote" in classes):
        return True
    if not (classes & _QUOTE_CLASSES or element.get("id") in _QUOTE_IDS):
        return False
    beginning = str(element.text_content())[:300].strip().lower()
    return not any(mark in beginning for mark in _FORWARD_MARKS)


def _drop(element: lxml.html.HtmlElement) -> None:
    """Take the element out but leave the text behind it."""
    if element.tail is None:
        element.tail = "\n"
    element.drop_tree()


def _has_history(element: lxml.html.HtmlElement) -> bool:
    return bool(str(element.text_content()).strip()) or element.getnext() is not None


def _drop_from(element: lxml.html.HtmlElement) -> None:
    following = element
    while following is not None:
        parent = following.getparent()
        if parent is None:
            return
        for sibling in list(following.itersiblings()):
            parent.remove(sibling)
        if following is element:
            following.tail = None
            parent.remove(following)
        following = parent
