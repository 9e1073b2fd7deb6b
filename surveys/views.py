"""The page on which a customer votes: works without script, cookie or session.

It is exempt from the CSRF check because the token in its address is the right to vote: who has it may vote, from wherever,
and who has not cannot be made to. Nothing here writes on GET or HEAD, so that scanners and prefetchers cannot vote.
"""

from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from channels_app.models import Brand
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, TooManyRequests
from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check
from surveys.forms import VoteForm, sent_answers
from surveys.models import Invitation, Response
from surveys.policies.questions import Answers, questions_for
from surveys.policies.texts import SurveyTexts, texts_for
from surveys.policies.votes import Door, door, read_score
from surveys.policies.wordings import words_of
from surveys.selectors.invitations import invitation_by_uuid
from surveys.selectors.pages import Typed, given_answers, question_context, thanks_context
from surveys.services.tokens import BadToken, read_token
from surveys.services.voting import Vote, record_answers, record_vote

ATTEMPTS_A_MINUTE = 10
# Sent by the form that already showed the further questions; in the address, that they have been shown.
ASKED = "asked"
FURTHER_STEP = "further"
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
    chosen = read_score(request.GET.get("score", ""), invitation.survey.values)
    answered = _response(invitation)
    answers = given_answers(answered)
    if answered and chosen is None and "change" not in request.GET:
        return _thanks(request, invitation, answered, answers)
    score = chosen if chosen is not None else answered.score if answered else None
    typed = Typed(score=score, comment=answered.comment if answered else "", answers=answers)
    return _page(request, invitation, typed)


def _vote(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    """Record what was sent: a vote, or, from the page of thanks, answers to further questions alone."""
    answered = _response(invitation)
    try:
        if answered is not None and request.POST.get("step") == FURTHER_STEP:
            asked = questions_for(invitation.survey, answered.score)
            answers = sent_answers(request.POST, asked)
            record_answers(invitation_id=invitation.pk, answers=answers, via=Response.AnsweredVia.PAGE)
        elif (refused := _record(request, invitation)) is not None:
            return refused
    except Conflict as refusal:
        # The door closed between reading and writing.
        page = "answered" if refusal.code == "survey_used" else "expired"
        return _closed(request, page, 410, invitation)
    # Whoever had the further questions before him is not asked them again.
    return _headers(redirect(f"{request.path}?{ASKED}=1" if ASKED in request.POST else request.path))


def _record(request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
    """Store the vote; None when that went well, else the page again with what is wrong."""
    survey, texts = invitation.survey, _texts(request, invitation)
    form = VoteForm(request.POST, texts=texts, words=words_of(survey, texts), scale=survey.values)
    is_valid = form.is_valid()
    score = read_score(request.POST.get("score", ""), survey.values)
    asked = questions_for(survey, score) if score is not None else []
    answers = sent_answers(request.POST, asked) if ASKED in request.POST else {}
    if not is_valid or score is None:
        comment = request.POST.get("comment", "")
        typed = Typed(
            score=score,
            comment=comment,
            answers=answers,
            errors={name: [str(text) for text in texts] for name, texts in form.errors.items()},
        )
        return _page(request, invitation, typed, status=400)
    vote = Vote(score=score, comment=form.cleaned_data["comment"], answers=answers)
    record_vote(invitation_id=invitation.pk, vote=vote)
    return None


def _thanks(request: HttpRequest, invitation: Invitation, answered: Response, answers: Answers) -> HttpResponse:
    texts = _texts(request, invitation)
    asks_further = ASKED not in request.GET
    context = thanks_context(invitation.survey, texts, answered, answers=answers, asks_further=asks_further)
    return _render(request, "surveys/thanks.html", {**context, "further_step": FURTHER_STEP}, invitation)


def _page(request: HttpRequest, invitation: Invitation, typed: Typed, status: int = 200) -> HttpResponse:
    context = question_context(invitation.survey, _texts(request, invitation), typed)
    return _render(request, "surveys/question.html", context, invitation, status)


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
    """The brand that asked: of the message or the conversation in which it did; without either, the first one."""
    if invitation is None:
        return None
    asked_in = (invitation.message, invitation.conversation)
    channel = next((where.channel for where in asked_in if where is not None and where.channel is not None), None)
    return channel.brand if channel else Brand.objects.order_by("id").first()


def _logo_type(brand: Brand | None) -> str:
    if brand is None or not brand.logo:
        return ""
    return _LOGO_TYPES.get(PurePath(str(brand.logo.name)).suffix.lower(), "")


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], invitation: Invitation | None, status: int = 200
) -> HttpResponse:
    texts, brand = _texts(request, invitation), _brand(invitation)
    shared = {"texts": texts, "brand": brand, "has_logo": bool(_logo_type(brand)), "path": request.path}
    with translation.override(texts.language):
        return _headers(render(request, template, {**shared, **context}, status=status))


def _headers(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "no-store"
    response["X-Frame-Options"] = "DENY"
    return response
