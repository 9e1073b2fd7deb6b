"""The visitor API: thin doors, one function a verb. Wire format: docs/channels/webchat.md."""

import uuid
from pathlib import PurePath
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header

from channels_app.adapters.untrusted_json import Fields
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, ParseError
from tickets.models import Visitor
from tickets.services.files import open_file
from tickets.services.help_visits import digests_of, note_contact
from tickets.services.live import tell_visitor_typing
from tickets.webchat import reading, visitors
from tickets.webchat.doors import Call, conversation_or_404, read_fields
from tickets.webchat.look import logo_type, widget_look
from tickets.webchat.other_channels import other_channels
from tickets.webchat.receiving import Words, take_words
from tickets.webchat.script import widget_script
from tickets.webchat.suggestions import article_json, fitting_articles, note_helped
from tickets.webchat.uploads import MAX_FILE_BYTES, MAX_FILES, Upload, check_quota, check_upload

MAX_BODY_BYTES = 12 * 1024 * 1024
SCRIPT_SECONDS = 600
LOOK_SECONDS = 60
_FILE_POLICY = "default-src 'none'; sandbox"


def script(request: HttpRequest, channel_uuid: uuid.UUID) -> HttpResponse:
    """The widget's script: the same for everybody, small, and kept for ten minutes."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    if not Channel.objects.filter(uuid=channel_uuid, kind="webchat", is_active=True).exists():
        raise Http404
    built = widget_script()
    is_zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(b"", content_type="text/javascript; charset=utf-8")
    if request.headers.get("If-None-Match") == built.etag:
        response.status_code = 304
    else:
        response.content = built.zipped if is_zipped else built.plain
        if is_zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = built.etag
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def look(call: Call) -> HttpResponse:
    """How the widget looks, speaks and asks; ``?lang=`` names the visitor's languages, best first."""
    wanted = call.request.GET.get("lang", "")[:200].split(",")
    response = JsonResponse(widget_look(call.channel, wanted_languages=wanted, at=now()))
    response.headers["Cache-Control"] = f"public, max-age={LOOK_SECONDS}"
    return response


def logo(call: Call) -> HttpResponseBase:
    """The brand's logo, where the channel shows it."""
    brand = call.channel.brand
    kind = logo_type(brand)
    if not kind or not call.channel.config.get("show_logo") or not brand.logo.storage.exists(str(brand.logo.name)):
        raise Http404
    return FileResponse(brand.logo.open("rb"), content_type=kind, headers={"Cache-Control": "public, max-age=600"})


def channels(call: Call) -> HttpResponse:
    """The other ways to reach the team."""
    return JsonResponse({"channels": other_channels(call.channel)})


def articles(call: Call) -> HttpResponse:
    """What the help pages say to ``text``, which is about to be written. Nothing of it is kept; POST, since addresses get into logs."""
    call.limit("suggestions", by="address", most=60)
    fields = call.fields()
    found = fitting_articles(
        call.channel, text=fields.long_text("text", limit=2000), language=fields.text("language", limit=12)
    )
    return JsonResponse({"articles": [article_json(one) for one in found]})


def helped(call: Call) -> HttpResponse:
    """A suggested article spared the visitor his message."""
    call.limit("helped", by="address", most=10)
    number = call.fields().identifier("article", is_required=True, limit=18)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    note_helped(translation_id=int(number), address=call.address, browser=call.request.headers.get("User-Agent", ""))
    return HttpResponse(status=204)


def start(call: Call) -> HttpResponse:
    """Begin a chat: the visitor's first act. Answers the token, which is told this once."""
    call.limit("starts", by="address", most=20, seconds=3600)
    call.limit("starts", by="channel", most=2000, seconds=3600)
    visitor, token = visitors.start_visitor(channel=call.channel, introduction=_introduction(call.fields()))
    return JsonResponse({"token": token, "visitor": _visitor_json(visitor)}, status=201)


def me(call: Call) -> HttpResponse:
    """Who the token says I am."""
    return JsonResponse({"visitor": _visitor_json(call.visitor())})


def change_me(call: Call) -> HttpResponse:
    """Add a name, a mail address, where I am now, or the site's word for who I am."""
    visitor = call.visitor()
    call.limit("changes", by="token", most=60, who=visitor.pk)
    changed = visitors.update_visitor(visitor=visitor, introduction=_introduction(call.fields()))
    return JsonResponse({"visitor": _visitor_json(changed)})


def forget_me(call: Call) -> HttpResponse:
    """End the token."""
    visitors.forget_visitor(visitor=call.visitor())
    return HttpResponse(status=204)


def messages(call: Call) -> HttpResponse:
    """The newest page; ``?after=<position>``: what is new; ``?before=<message id>``: the page before."""
    visitor = call.visitor()
    call.limit("reads", by="token", most=240, who=visitor.pk)
    conversation = visitors.conversation_of(visitor)
    if conversation is None:
        return JsonResponse({"messages": [], "position": "", "has_older": False, "is_reset": True})
    before, after = call.request.GET.get("before", ""), call.request.GET.get("after", "")
    known = reading.parse_position(after)
    if before:
        answer = reading.read_before(conversation, _as_uuid(before))
    elif known is not None:
        answer = reading.read_since(conversation, known)
    else:
        answer = reading.read_newest(conversation)
    reading.mark_fetched(visitor, reading.unfetched(answer["messages"]))
    return JsonResponse(answer)


def write(call: Call) -> HttpResponse:
    """Send a message: JSON, or a form with the JSON in ``message`` and files in ``files``. 201: stored, whatever happens now."""
    visitor = call.visitor()
    call.limit("messages", by="token", most=20, who=visitor.pk)
    call.limit("messages", by="address", most=60)
    fields, files = _words_and_files(call, visitor)
    words = Words(
        client_id=fields.text("id", limit=64),
        text=fields.long_text("text", limit=100_000),
        payload=fields.text("payload", limit=1000),
        files=files,
        page=_page(fields),
        is_offline_form=fields.flag("is_offline_form"),
    )
    message = take_words(visitor=visitor, words=words)
    # Whoever read the help pages before has found no answer there.
    digests = digests_of(address=call.address, browser=call.request.headers.get("User-Agent", ""))
    note_contact(digests=digests, ticket=message.ticket if message is not None else None)
    answer = reading.as_json(message) if message is not None else None
    return JsonResponse({"message": answer, "is_filed": message is not None}, status=201)


def read(call: Call) -> HttpResponse:
    """These messages were shown."""
    visitor = call.visitor()
    call.limit("receipts", by="token", most=120, who=visitor.pk)
    uuids = [_as_uuid(name) for name in call.fields().names("messages", limit=100)]
    reading.mark_read(visitor, conversation_or_404(visitor), uuids)
    return HttpResponse(status=204)


def typing(call: Call) -> HttpResponse:
    """I am writing. Kept nowhere."""
    visitor = call.visitor()
    call.limit("typing", by="token", most=40, who=visitor.pk)
    conversation = visitors.conversation_of(visitor)
    if conversation is not None:
        tell_visitor_typing(conversation_id=conversation.pk)
    return HttpResponse(status=204)


def file(call: Call, *, file_uuid: uuid.UUID) -> HttpResponse:
    """A file of my conversation. The bytes are for the widget alone: as a page of their own they could do nothing."""
    attachment = reading.attachment_of(conversation_or_404(call.visitor()), file_uuid)
    if attachment is None:
        raise Http404
    response = HttpResponse(open_file(attachment), content_type=attachment.content_type)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, attachment.name))
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _words_and_files(call: Call, visitor: Visitor) -> tuple[Fields, list[Upload]]:
    request = call.request
    if not (request.content_type or "").startswith("multipart/"):
        return call.fields(), []
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit() or int(length) > MAX_BODY_BYTES * MAX_FILES:
        raise InvalidInput("too_large", "The body is too large, or does not say how large it is.")
    given = request.FILES.getlist("files")
    if call.channel.config.get("no_files") or len(given) > MAX_FILES:
        raise InvalidInput("no_files", "Files are not taken here, or not so many.", fields={"files": "refused"})
    check_quota(visitor, address=call.address, sizes=[upload.size or 0 for upload in given])
    # One byte too many is enough to know; more is never read.
    checked = [
        check_upload(name=PurePath(str(upload.name)).name, content=upload.read(MAX_FILE_BYTES + 1)) for upload in given
    ]
    return read_fields(str(request.POST.get("message", "{}")).encode("utf-8", "replace")), checked


def _introduction(fields: Fields) -> visitors.Introduction:
    identity = fields.object("identity")
    try:
        answers = fields.objects("answers", limit=10)
        claim = None
        if identity is not None:
            expires_at = identity.identifier("expires_at", limit=12)
            claim = visitors.Claim(
                identifier=identity.identifier("id", is_required=True, limit=300),
                expires_at=int(expires_at) if expires_at.isascii() and expires_at.isdigit() else 0,
                hash=identity.text("hash", limit=128),
            )
        return visitors.Introduction(
            name=fields.text("name", limit=200),
            email=fields.text("email", limit=320),
            answers=[(a.text("question", limit=200), a.long_text("answer", limit=1000)) for a in answers],
            language=fields.text("language", limit=35),
            time_zone=fields.text("time_zone", limit=64),
            page=_page(fields) or {},
            has_consented=fields.flag("has_consented"),
            claim=claim,
        )
    except ParseError as error:
        raise InvalidInput(error.code, error.message) from None


def _page(fields: Fields) -> dict[str, str] | None:
    page = fields.object("page")
    return None if page is None else {name: page.text(name, limit=4000) for name in ("url", "title", "referrer")}


def _as_uuid(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise InvalidInput("invalid_id", "That is no id of a message.") from None


def _visitor_json(visitor: Visitor) -> dict[str, Any]:
    return {"id": str(visitor.uuid), "name": visitor.name, "email": visitor.email, "is_verified": visitor.is_verified}
