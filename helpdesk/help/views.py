"""The doors of the help pages: start, search, article, and what readers say of one. A GET keeps nothing and sets no cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings as site_settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_app.models import Brand
from helpdesk.common.errors import TooManyRequests
from helpdesk.common.text import one_line, preview
from helpdesk.core.services import read_site_settings
from helpdesk.help import visitors
from tickets.models import ArticleTranslation, ArticleView
from tickets.policies.article_text import blocks, plain_text
from tickets.policies.help_texts import TEXTS, HelpTexts, help_texts
from tickets.policies.texts import base_of
from tickets.selectors import help_pages
from tickets.selectors.articles import article_path, find_articles
from tickets.services.article_reading import give_feedback
from tickets.services.help_visits import LONGEST_QUERY, note_contact, note_judgement, note_read, note_search

CACHED_SECONDS = 60
RESULTS = 10
LONGEST_COMMENT = 2000
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# What led to an article, as its address says it.
_SOURCES: dict[str, str] = {"search": ArticleView.Source.SEARCH, "chat": ArticleView.Source.WIDGET}
View = Callable[..., HttpResponse]


def limited(view: View) -> View:
    """Too many from one network: kindly asked to wait."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyRequests as refusal:
            response = _page(request, "busy", _language_of_visitor(request), {}, status=429)
            response["Retry-After"] = str(refusal.retry_after_seconds)
            return response

    return answer


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The start page in the language that the visitor's browser asks for, as far as there are articles in it."""
    response = _start(request, _language_of_visitor(request), is_chosen=False)
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def start_in(request: HttpRequest, language: str) -> HttpResponse:
    """The start page of one language; 404 for one that we neither speak nor have articles in."""
    return _start(request, language, is_chosen=True)


def _start(request: HttpRequest, language: str, *, is_chosen: bool) -> HttpResponse:
    languages = help_pages.languages_with_articles()
    if is_chosen and language not in TEXTS and language not in {one.code for one in languages}:
        raise Http404
    context = {
        "sections": help_pages.sections(language),
        "most_read": help_pages.most_read(language),
        "alternates": [(one, f"/help/{one.code}/") for one in languages],
        "canonical": f"/help/{language}/",
    }
    return _page(request, "start", language, context)


@require_safe
@limited
def search(request: HttpRequest, language: str) -> HttpResponse:
    """``?q=``: what fits, best first; an empty question leads to the start page."""
    query = one_line(request.GET.get("q", ""))[:LONGEST_QUERY]
    if not query:
        return redirect(f"/help/{language}/")
    visitors.count_search(request)
    found = find_articles(query=query, language=language, limit=RESULTS, only_listed=True)
    results = [(one, help_pages.language_of(one.language), article_path(one.language, one.slug)) for one in found]
    context = {"query": query, "results": results, "is_unlisted": True}
    texts = help_texts(language, read_site_settings().default_language)
    context["heading"] = (texts.found if found else texts.not_found).replace("{query}", query)
    return _page(request, "search", language, context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def article(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """An article; POST takes what a reader says of it. An earlier address leads to today's (301).

    POST is exempt from the CSRF check, which needs a cookie: it is taken from pages of this site alone, see visitors.py.
    """
    found = help_pages.translation_at(language, slug)
    if found is None or found.published is None:
        raise Http404
    path = article_path(found.language, found.slug)
    if found.slug != slug:
        return HttpResponsePermanentRedirect(path)
    if request.method == "POST":
        return _judge(request, found, path)
    return _page(request, "article", language, _article_context(request, found, path))


def _article_context(request: HttpRequest, found: ArticleTranslation, path: str) -> dict[str, Any]:
    assert found.published is not None
    said = request.GET.get("said", "")
    text = plain_text(found.published.body)
    return {
        "translation": found,
        "title": found.published.title,
        "blocks": blocks(found.published.body),
        "summary": preview(text, 160),
        "changed_at": localtime(found.published.published_at),
        "alternates": help_pages.alternates(found),
        "related": help_pages.related(found),
        "said": said if said in ("yes", "no", "more") else "",
        "source": _SOURCES.get(request.GET.get("from", ""), ""),
        "canonical": path,
        "is_unlisted": not found.article.is_listed,
    }


def _judge(request: HttpRequest, found: ArticleTranslation, path: str) -> HttpResponse:
    """``helpful``: yes or no; ``comment`` behind a no. Said twice by the same visitor it counts once."""
    helpful = request.POST.get("helpful", "")
    if helpful not in ("yes", "no") or not visitors.is_from_here(request):
        return HttpResponse(status=400)
    visitors.count_write(request)
    comment = request.POST.get("comment", "")[:LONGEST_COMMENT]
    give_feedback(
        translation_id=found.pk,
        visitor=visitors.judge(request, found.pk),
        is_helpful=helpful == "yes",
        comment=comment,
    )
    note_judgement(digests=visitors.digests(request), is_helpful=helpful == "yes")
    response = redirect(f"{path}?said={'more' if comment.strip() else helpful}#hd-help-said")
    response.status_code = 303
    return response


@csrf_exempt
@require_POST
def beacon(request: HttpRequest, what: str) -> HttpResponse:
    """What the script of the pages says once somebody reads: 204, whatever comes of it; 429 above the limit.

    ``read`` (``article``: its number, ``source``), ``searched`` (``q``, ``language``), ``contact`` (led on to the contact page).
    """
    if what not in _BEACONS:
        raise Http404
    if visitors.is_robot(request) or not visitors.is_from_here(request):
        return HttpResponse(status=204)
    try:
        visitors.count_write(request)
    except TooManyRequests as refusal:
        return HttpResponse(status=429, headers={"Retry-After": str(refusal.retry_after_seconds)})
    _BEACONS[what](request)
    return HttpResponse(status=204)


def _read(request: HttpRequest) -> None:
    number = request.POST.get("article", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return
    source = request.POST.get("source", "")
    if source not in _SOURCES.values():
        source = ArticleView.Source.PAGE
    if help_pages.published().filter(pk=int(number)).exists():
        note_read(translation_id=int(number), source=source, digests=visitors.digests(request))


def _searched(request: HttpRequest) -> None:
    language = request.POST.get("language", "")
    if 2 <= len(language) <= 12 and language.replace("-", "").isalnum():
        note_search(query=request.POST.get("q", ""), language=language)


def _contact(request: HttpRequest) -> None:
    note_contact(digests=visitors.digests(request))


_BEACONS: dict[str, Callable[[HttpRequest], None]] = {"read": _read, "searched": _searched, "contact": _contact}


def _language_of_visitor(request: HttpRequest) -> str:
    """What his browser asks for, if there are articles in it; else the site's language, else one that has articles."""
    available = [one.code for one in help_pages.languages_with_articles()]
    bases = {base_of(code): code for code in reversed(available)}
    wanted = [part.partition(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")[:20]]
    for code in [*wanted, read_site_settings().default_language]:
        if code in available:
            return code
        if base_of(code) in bases:
            return bases[base_of(code)]
    return available[0] if available else base_of(read_site_settings().default_language)


def _page(
    request: HttpRequest, name: str, language: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    settings = read_site_settings()
    texts = help_texts(language, settings.default_language)
    shared = {
        "texts": texts,
        "language": help_pages.language_of(language),
        "site": site_settings.SITE_URL.rstrip("/"),
        "brand": Brand.objects.order_by("id").first(),
        "changed": _changed(texts, context.get("changed_at")),
    }
    with translation.override(texts.language):
        response = render(request, f"help/{name}.html", {**shared, **context}, status=status)
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "same-origin"
    response["Content-Language"] = language
    if status == 200:
        patch_cache_control(response, public=True, max_age=CACHED_SECONDS)
    return response


def _changed(texts: HelpTexts, at: Any) -> str:
    if at is None:
        return ""
    with translation.override(texts.language):
        return texts.changed.replace("{date}", date_format(at, "DATE_FORMAT"))
