"""The page on which a customer votes: works without script, cookie or session.

It is exempt from the CSRF check because the token in its address is the right to vote: who has it may vote, from wherever,
and who has not cannot be made to. Nothing here writes on GET or HEAD, so that scanners and prefetchers cannot vote.
"""

from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as format_date
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from channels_app.models import Brand
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, TooManyRequests
from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check, read_site_settings
from surveys.forms import VoteForm
from surveys.models import Invitation, Response
from surveys.policies.texts import SurveyTexts, texts_for
from surveys.policies.votes import Door, door, read_score
from surveys.selectors.invitations import invitation_by_uuid
from surveys.services.tokens import BadToken, read_token
from surveys.services.voting import Vote, record_vote

ATTEMPTS_A_MINUTE = 10
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
# Pictures that a browser shows without running anything in them.
_LOGO_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows the question, the thanks, or kindly why there is none; POST records or changes the vote.

    400 for a token that was cut off or a vote that is none, 404 for a token that is not ours, 410 once it has expired or
    can no longer be changed, 429 above 10 wrong tokens or votes a minute from one address.
    """
    uuid = read_token(token)
    try:
        if request.method == "POST" or isinstance(uuid, BadToken):
            count_and_check(f"survey:{address_for_limits(request)}", limit=ATTEMPTS_A_MINUTE, window_seconds=60)
    except TooManyRequests as refusal:
        response = _closed(request, "busy", 429)
        response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    if isinstance(uuid, BadToken):
        return _closed(request, "broken", 400) if uuid is BadToken.BROKEN else _closed(request, "unknown", 404)
    invitation = invitation_by_uuid(uuid)
    if invitation is None:
        return _closed(request, "unknown", 404)
    opened = _door(invitation)
    if opened in (Door.OPEN, Door.CHANGE):
        return _vote(request, invitation) if request.method == "POST" else _show(request, invitation)
    page, status = {Door.USED: ("answered", 410), Door.EXPIRED: ("expired", 410)}.get(opened, ("unknown", 404))
    return _closed(request, page, status, invitation)


@require_safe
def brand_logo(request: HttpRequest, token: str) -> HttpResponseBase:
    """The picture of the brand that asks; 404 where it has none, or the token is not ours."""
    uuid = read_token(token)
    invitation = None if isinstance(uuid, BadToken) else invitation_by_uuid(uuid)
    brand = _brand(invitation)
    content_type = _logo_type(brand)
    if brand is None or not content_type or not brand.logo.storage.exists(str(brand.logo.name)):
        return HttpResponseNotFound()
    response = FileResponse(brand.logo.open("rb"), content_type=content_type)
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _door(invitation: Invitation) -> Door:
    response = _response(invitation)
    return door(
        state=invitation.state,
        expires_at=invitation.expires_at,
        answered_at=response.answered_at if response else None,
        change_window=invitation.survey.change_window,
        at=now(),
    )


def _response(invitation: Invitation) -> Response | None:
    return getattr(invitation, "response", None)


def _show(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The question; with the vote in it when there is one. ``?score=`` only chooses, it never counts."""
    chosen = read_score(request.GET.get("score", ""))
    answered = _response(invitation)
    if answered and chosen is None and "change" not in request.GET:
        return _thanks(request, invitation, answered)
    score = chosen or (answered.score if answered else None)
    return _page(request, invitation, {"score": score, "comment": answered.comment if answered else ""})


def _vote(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    form = VoteForm(request.POST, texts=_texts(request, invitation))
    if not form.is_valid():
        typed = {"score": read_score(request.POST.get("score", "")), "comment": request.POST.get("comment", "")}
        return _page(request, invitation, {**typed, "errors": form.errors}, status=400)
    vote = Vote(score=form.cleaned_data["score"], comment=form.cleaned_data["comment"])
    try:
        record_vote(invitation_id=invitation.pk, vote=vote)
    except Conflict as refusal:
        # The door closed between reading and writing.
        page = "answered" if refusal.code == "survey_used" else "expired"
        return _closed(request, page, 410, invitation)
    return _headers(redirect(request.path))


def _thanks(request: HttpRequest, invitation: Invitation, answered: Response) -> HttpResponse:
    texts = _texts(request, invitation)
    zone = ZoneInfo(read_site_settings().time_zone)
    until = answered.answered_at + invitation.survey.change_window
    with translation.override(texts.language):
        shown = format_date(timezone.localtime(until, zone), "DATETIME_FORMAT")
    context = {
        "thanks": invitation.survey.thanks or texts.thanks,
        "your_answer": texts.your_answer.replace("{score}", str(answered.score)),
        "change_until": texts.change_until.replace("{until}", shown),
        "comment": answered.comment,
    }
    return _render(request, "surveys/thanks.html", context, invitation)


def _page(request: HttpRequest, invitation: Invitation, context: dict[str, Any], status: int = 200) -> HttpResponse:
    texts = _texts(request, invitation)
    return _render(
        request,
        "surveys/question.html",
        {"question": invitation.survey.question or texts.question, **context},
        invitation,
        status,
    )


def _closed(request: HttpRequest, page: str, status: int, invitation: Invitation | None = None) -> HttpResponse:
    """A kind page that says why nothing can be answered here, and nothing about anybody's ticket."""
    texts = _texts(request, invitation)
    context = {"title": getattr(texts, f"{page}_title"), "text": getattr(texts, f"{page}_text")}
    return _render(request, "surveys/closed.html", context, invitation, status)


def _texts(request: HttpRequest, invitation: Invitation | None) -> SurveyTexts:
    """The language the customer was asked in; of a stranger, what his browser asks for."""
    if invitation is not None:
        return texts_for(invitation.language)
    return texts_for(translation.get_language_from_request(request), settings.LANGUAGE_CODE)


def _brand(invitation: Invitation | None) -> Brand | None:
    if invitation is None or invitation.message is None or invitation.message.channel is None:
        return None
    return invitation.message.channel.brand


def _logo_type(brand: Brand | None) -> str:
    if brand is None or not brand.logo:
        return ""
    return _LOGO_TYPES.get(PurePath(str(brand.logo.name)).suffix.lower(), "")


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], invitation: Invitation | None, status: int = 200
) -> HttpResponse:
    texts, brand = _texts(request, invitation), _brand(invitation)
    shared = {
        "texts": texts,
        "brand": brand,
        "has_logo": bool(_logo_type(brand)),
        "path": request.path,
        "scores": range(1, 11),
    }
    with translation.override(texts.language):
        return _headers(render(request, template, {**shared, **context}, status=status))


def _headers(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "no-store"
    response["X-Frame-Options"] = "DENY"
    return response
