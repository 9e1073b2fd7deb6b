"""What every door of the visitor API does first: which channel, from which site, how often, who."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from channels_app.adapters.untrusted_json import Fields, load_json
from channels_app.adapters.webchat.origins import is_allowed, normalise_origin
from channels_app.models import Channel
from helpdesk.common.errors import HelpdeskError, InvalidInput, ParseError, PermissionRefused, TooManyRequests
from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check
from tickets.models import Conversation, Visitor
from tickets.webchat.visitors import UnknownVisitor, conversation_of, find_visitor

MAX_JSON_BYTES = 64 * 1024
PREFLIGHT_SECONDS = 7200
_HEADERS_ALLOWED = "authorization, content-type, last-event-id"
_WRITES = frozenset({"POST", "DELETE"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that has passed the door. ``address`` is what attempts of this client are counted under."""

    request: HttpRequest
    channel: Channel
    address: str
    origin: str

    @property
    def token(self) -> str:
        scheme, _space, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and len(token) <= 200 else ""

    def visitor(self) -> Visitor:
        """Whose token it is. Raises UnknownVisitor, and TooManyRequests for who tries one token after the other."""
        try:
            return find_visitor(channel=self.channel, token=self.token)
        except UnknownVisitor:
            self.limit("guesses", by="address", most=120, seconds=600)
            raise

    def fields(self) -> Fields:
        """The JSON object in the body. Raises InvalidInput."""
        body = self.request.read(MAX_JSON_BYTES + 1)
        if len(body) > MAX_JSON_BYTES:
            raise InvalidInput("too_large", "The body is too large.")
        return read_fields(body)

    def limit(self, what: str, *, by: str, most: int, seconds: int = 60, who: Any = "") -> None:
        """Count one attempt of this client ("address"), of ``who``, or of the whole channel. Raises TooManyRequests."""
        whose = {"address": self.address or "unknown", "channel": self.channel.pk}.get(by, who)
        count_and_check(f"webchat-{what}:{by}:{whose}", limit=most, window_seconds=seconds)


def read_fields(body: bytes) -> Fields:
    """Typed access to a JSON object of a stranger. Raises InvalidInput."""
    try:
        return Fields(load_json(body), place="body")
    except ParseError as error:
        raise InvalidInput(error.code, error.message) from None


def conversation_or_404(visitor: Visitor) -> Conversation:
    """The visitor's conversation. Raises Http404 before he has written."""
    conversation = conversation_of(visitor)
    if conversation is None:
        raise Http404
    return conversation


def visitor_door(**views: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """One address of the API: a view a method (``get``, ``post``, ``delete``), behind the checks of ``enter``."""
    allowed = [method.upper() for method in views]

    @csrf_exempt
    @wraps(next(iter(views.values())))
    def door(request: HttpRequest, channel_uuid: uuid.UUID, **kwargs: Any) -> HttpResponseBase:
        method = "get" if request.method == "HEAD" and "get" in views else str(request.method).lower()
        return guard(request, channel_uuid, allowed, lambda call: views[method](call, **kwargs))

    return door


def guard(
    request: HttpRequest, channel_uuid: uuid.UUID, allowed: Iterable[str], view: Callable[[Call], HttpResponseBase]
) -> HttpResponseBase:
    """Run ``view`` for a caller who may come in; every refusal is JSON ({code, message, fields}) that repeats nothing of the request."""
    response: HttpResponseBase
    origin = request.headers.get("Origin", "")
    try:
        call = enter(request, channel_uuid, allowed)
        response = HttpResponse(status=204) if request.method == "OPTIONS" else view(call)
    except Http404:
        return closed(JsonResponse({"code": "not_found", "message": _("Not found."), "fields": {}}, status=404))
    except PermissionRefused as error:
        response = refusal(error)
        if error.code.startswith("origin"):
            return closed(response)
    except (HelpdeskError, ParseError) as error:
        response = refusal(error)
    except (UnreadablePostError, MultiPartParserError):
        response = refusal(InvalidInput("incomplete", "The body is incomplete."))
    return opened(response, origin, allowed)


def enter(request: HttpRequest, channel_uuid: uuid.UUID, allowed: Iterable[str]) -> Call:
    """The call of an allowed site. Raises Http404 (no such active chat), PermissionRefused (site), InvalidInput (method).

    Who changes something must say where he comes from; only reading goes without an Origin (browsers leave it out on one's own site).
    """
    channel = Channel.objects.select_related("brand").filter(uuid=channel_uuid, kind="webchat", is_active=True).first()
    if channel is None:
        raise Http404
    method, origin = str(request.method), request.headers.get("Origin")
    if origin is None and method in ("GET", "HEAD"):
        origin = ""
    elif not is_allowed(origin, allowed_origins(channel)):
        code = "origin_missing" if origin in (None, "", "null") else "origin_not_allowed"
        raise PermissionRefused(code, _("This site may not carry the chat."))
    if method not in {*allowed, "OPTIONS", "HEAD"}:
        raise InvalidInput("method_not_allowed", "This address does not take that method.")
    return Call(request=request, channel=channel, address=address_for_limits(request), origin=origin or "")


def allowed_origins(channel: Channel) -> list[str]:
    """The sites of the channel, and this helpdesk itself for the preview."""
    sites = [str(site) for site in channel.config.get("origins") or []]
    return [*sites, normalise_origin(settings.SITE_URL)]


def opened(response: HttpResponseBase, origin: str, allowed: Iterable[str]) -> HttpResponseBase:
    """The answer as a page of an allowed site may read it: named, never ``*``, and without cookies."""
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
        response.headers["Access-Control-Allow-Headers"] = _HEADERS_ALLOWED
        response.headers["Access-Control-Expose-Headers"] = "retry-after"
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return closed(response)


def closed(response: HttpResponseBase) -> HttpResponseBase:
    """What every answer says, also one that no site may read."""
    patch_vary_headers(response, ["Origin"])
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def refusal(error: HelpdeskError | ParseError) -> JsonResponse:
    """A no in the words of the API."""
    status = error.status if isinstance(error, HelpdeskError) else 400
    fields = error.fields if isinstance(error, HelpdeskError) else {}
    status = 405 if error.code == "method_not_allowed" else status
    response = JsonResponse({"code": error.code, "message": error.message, "fields": fields}, status=status)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
