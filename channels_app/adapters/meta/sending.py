"""What we send: private messages, private answers to comments, public answers. Every function makes one message of the provider.

https://developers.facebook.com/docs/messenger-platform/reference/send-api and .../instagram-messaging/features/send-message
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment, OutboundMessage, Receipt
from channels_app.adapters.meta.graph import GraphClient
from channels_app.adapters.meta.messaging import METADATA_PREFIX
from channels_app.adapters.provider_calls import FilePart
from helpdesk.common.clock import now

MOST_CHOICES = 13
CHOICE_TITLE_CHARACTERS = 20
PRIVATE_REPLY_WINDOW = timedelta(days=7)
# What may be asked for with a button that the person's app fills in.
_ASKING = {"phone": "user_phone_number", "email": "user_email"}

Attach = Callable[[GraphClient, OutboundAttachment], dict[str, Any]]


def send_private(client: GraphClient, message: OutboundMessage, *, attach: Attach, is_page: bool) -> Receipt:
    """Send into the private thread of the recipient, or as the one private answer to a comment of his."""
    comment_id = str(message.answers_details.get("private_reply_to") or "")
    body: dict[str, Any] = {
        "recipient": _answered_in_private(message, comment_id) if comment_id else {"id": message.recipient.address},
        "message": _content(client, message, attach, is_page=is_page),
    }
    if comment_id:
        _check_private_reply(message)
    elif message.is_extended:
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    else:
        body["messaging_type"] = "RESPONSE"
    answer = client.post("me/messages", body)
    return Receipt(external_id=_id(answer.get("message_id")), details={"recipient_id": _id(answer.get("recipient_id"))})


def _answered_in_private(message: OutboundMessage, comment_id: str) -> dict[str, str]:
    """A comment, or what a visitor has posted on the page."""
    post = message.answers_details.get("post")
    is_post = isinstance(post, dict) and post.get("id") == comment_id and "comment" not in message.answers_details
    return {"post_id" if is_post else "comment_id": comment_id}


def _check_private_reply(message: OutboundMessage) -> None:
    if message.answers_at is not None and now() - message.answers_at > PRIVATE_REPLY_WINDOW:
        raise AdapterError(
            "private_reply_expired",
            _("A comment can be answered privately for seven days, and this one is older."),
            permanent=True,
        )


def _content(client: GraphClient, message: OutboundMessage, attach: Attach, *, is_page: bool) -> dict[str, Any]:
    # Only pages have metadata, which comes back in the echo, and buttons that fill in a phone number or address.
    content: dict[str, Any] = {"metadata": f"{METADATA_PREFIX}{message.uuid}"} if is_page else {}
    if message.attachments:
        content["attachment"] = attach(client, _only(message.attachments))
    else:
        content["text"] = message.text
    quick_replies: list[dict[str, str]] = [
        {"content_type": "text", "title": choice.title[:CHOICE_TITLE_CHARACTERS], "payload": choice.payload[:1000]}
        for choice in message.choices[:MOST_CHOICES]
    ]
    if is_page and message.asks_for in _ASKING:
        quick_replies.append({"content_type": _ASKING[message.asks_for]})
    if quick_replies:
        content["quick_replies"] = quick_replies
    return content


def _only(attachments: Sequence[OutboundAttachment]) -> OutboundAttachment:
    if len(attachments) != 1:
        raise AdapterError("one_file_only", _("One message carries one file."), permanent=True)
    return attachments[0]


def file_kind(content_type: str) -> str:
    """The provider's word for a file of this type."""
    beginning = content_type.partition("/")[0]
    return beginning if beginning in ("image", "audio", "video") else "file"


def upload_attachment(
    client: GraphClient, attachment: OutboundAttachment, *, path: str, platform: str = ""
) -> dict[str, Any]:
    """Upload a file first, so that a lost upload can be repeated without a message going out twice."""
    kind = file_kind(attachment.content_type)
    fields = {"message": f'{{"attachment":{{"type":"{kind}","payload":{{"is_reusable":true}}}}}}'}
    if platform:
        fields["platform"] = platform
    attachment_id = _id(client.upload(path, fields, FilePart.of(attachment, field="filedata")).get("attachment_id"))
    if not attachment_id:
        raise AdapterError("invalid_answer", _("The provider's answer cannot be read."), permanent=False)
    return {"type": kind, "payload": {"attachment_id": attachment_id}}


def link_attachment(client: GraphClient, attachment: OutboundAttachment) -> dict[str, Any]:
    """Let the provider fetch the file from our signed address, for accounts that take no uploads."""
    if not attachment.url:
        raise AdapterError(
            "no_public_address",
            _("Files leave this way only when the helpdesk has a public address (SITE_URL)."),
            permanent=True,
        )
    return {"type": file_kind(attachment.content_type), "payload": {"url": attachment.url}}


def send_page_comment(client: GraphClient, message: OutboundMessage) -> Receipt:
    """Answer a comment or a visitor's post in public, with at most one picture."""
    _refuse_buttons(message)
    path = f"{_answered_id(message)}/comments"
    if not message.attachments:
        return Receipt(external_id=_id(client.post(path, {"message": message.text}).get("id")))
    picture = _only(message.attachments)
    if file_kind(picture.content_type) != "image":
        raise AdapterError("public_file_refused", _("Only pictures can stand under a post."), permanent=True)
    fields = {"message": message.text} if message.text else {}
    return Receipt(
        external_id=_id(client.upload(path, fields, FilePart.of(picture, field="source"), acts=True).get("id"))
    )


def send_media_comment(client: GraphClient, message: OutboundMessage, *, account_id: str) -> Receipt:
    """Answer a comment or a mention on Instagram in public. Answers hang under first-level comments only."""
    _refuse_buttons(message)
    if message.attachments:
        raise AdapterError("public_file_refused", _("Instagram's comments carry no files."), permanent=True)
    mention = message.answers_details.get("mention")
    if isinstance(mention, dict):
        body = {"media_id": str(mention.get("media_id") or ""), "message": message.text}
        if mention.get("comment_id"):
            body["comment_id"] = str(mention["comment_id"])
        return Receipt(external_id=_id(client.post(f"{account_id}/mentions", body).get("id")))
    comment = message.answers_details.get("comment")
    parent_id = str(comment.get("parent_id") or "") if isinstance(comment, dict) else ""
    path = f"{parent_id or _answered_id(message)}/replies"
    return Receipt(external_id=_id(client.post(path, {"message": message.text}).get("id")))


def _refuse_buttons(message: OutboundMessage) -> None:
    if message.choices:
        raise AdapterError("public_buttons_refused", _("Public answers have no buttons."), permanent=True)


def _answered_id(message: OutboundMessage) -> str:
    """The comment that is answered: what the customer wrote last, whatever we answered since."""
    comment = message.answers_details.get("comment")
    found = str(comment.get("id") or "") if isinstance(comment, dict) else ""
    post = message.answers_details.get("post")
    found = found or (str(post.get("id") or "") if isinstance(post, dict) else "") or message.in_reply_to
    if not found:
        raise AdapterError("nothing_to_answer", _("There is no comment to answer here."), permanent=True)
    return found


def _id(value: Any) -> str:
    is_id = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value)[:300] if is_id else ""
