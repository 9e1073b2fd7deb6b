"""The editor of an article: one language beside the one it is translated from, a preview, versions, and what readers said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.text import one_line
from helpdesk.core.services import read_site_settings
from tickets.admin.article_form import (
    ArticleSettingsForm,
    ArticleTextForm,
    languages_to_offer,
    settings_initial,
    text_initial,
)
from tickets.admin.topic_form import language_name
from tickets.models import Article, ArticleTranslation, ArticleView
from tickets.policies.article_text import blocks
from tickets.policies.text_difference import difference
from tickets.selectors.article_demand import best_answers
from tickets.selectors.articles import article_path
from tickets.services.actors import Actor
from tickets.services.article_settings import change_article
from tickets.services.articles import (
    LONGEST_BODY,
    has_unpublished_changes,
    publish_article,
    restore_version,
    save_article,
    unpublish_article,
)
from tickets.services.help_visits import without_personal_data

VERSIONS = 20
COMMENTS = 20
READ_OVER_DAYS = 30


def edit(request: HttpRequest, article_id: int | None) -> HttpResponse:
    """``?language=`` says which text, ``?compare=`` which version to hold it against; a new article takes its beginnings from the query."""
    verb = "change" if article_id else "add"
    may_write = request.user.has_perm(f"tickets.{verb}_article")
    if not (may_write or (article_id and request.user.has_perm("tickets.view_article"))):
        raise PermissionDenied
    article = None
    if article_id is not None:
        article = Article.objects.filter(pk=article_id).first()
        if article is None:
            raise Http404
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        return _take(request, article)
    language, translation = _chosen(request, article)
    text = ArticleTextForm(initial=text_initial(translation) or _beginning(request), prefix="text", label_suffix="")
    settings_form = ArticleSettingsForm(
        initial=settings_initial(article) | _topic(request), prefix="article", label_suffix=""
    )
    return _show(request, article, language, translation, text, settings_form, may_write=may_write)


def _chosen(request: HttpRequest, article: Article | None) -> tuple[str, ArticleTranslation | None]:
    """The asked language, else the first that the article is written in, else the site's."""
    asked = one_line(request.POST.get("language") or request.GET.get("language") or "")[:12]
    texts = article.translations.select_related("published").order_by("id") if article else None
    found = texts.filter(language=asked).first() if texts is not None and asked else None
    if found is None and texts is not None and not asked:
        found = texts.first()
    language = found.language if found else asked or read_site_settings().default_language.partition("-")[0]
    return language, found


def _beginning(request: HttpRequest) -> dict[str, str]:
    """Of an article that somebody asked for: its title, and the team's own answer without addresses and numbers of persons."""
    given = {"title": request.GET.get("title", "")[:200]}
    ticket = request.GET.get("answer_from", "")
    if ticket.isascii() and ticket.isdigit() and len(ticket) < 19:
        answer = best_answers([int(ticket)]).visible_to(request.user).first()  # type: ignore[attr-defined]
        if answer is not None:
            given["body"] = without_personal_data(answer.text, request.GET.get("language", ""))
    return given


def _topic(request: HttpRequest) -> dict[str, str]:
    topic = request.GET.get("topic", "")
    return {"topic": topic} if topic.isascii() and topic.isdigit() else {}


def _take(request: HttpRequest, article: Article | None) -> HttpResponse:
    """Save, and do what the pressed button says; a refusal stands at its field, with all that was typed."""
    language, translation = _chosen(request, article)
    what = request.POST.get("do", "save")
    actor = Actor.agent(request.user)  # type: ignore[arg-type]
    if what in _ON_TEXT and translation is not None:
        return _do_on_text(request, translation, what, actor)
    text = ArticleTextForm(request.POST, prefix="text", label_suffix="")
    settings_form = ArticleSettingsForm(request.POST, prefix="article", label_suffix="")
    if text.is_valid() and settings_form.is_valid():
        try:
            saved = save_article(
                language=language,
                title=text.cleaned_data["title"],
                body=text.cleaned_data["body"],
                keywords=text.words,
                slug=text.cleaned_data["slug"],
                article_id=article.pk if article else None,
                actor=actor,
            )
            change_article(article_id=saved.article_id, changes=settings_form.changes, actor=actor)
            if what == "publish":
                publish_article(translation_id=saved.pk, actor=actor)
        except HelpdeskError as error:
            text.add_error(next((name for name in error.fields if name in text.fields), None), error.message)
        else:
            said = (
                _("Published: everybody can read it.")
                if what == "publish"
                else _("Saved. Readers see what is published.")
            )
            messages.success(request, said)
            return _back(saved.article_id, language)
    return _show(request, article, language, translation, text, settings_form, may_write=True, status=400)


def _do_on_text(request: HttpRequest, translation: ArticleTranslation, what: str, actor: Actor) -> HttpResponse:
    try:
        messages.success(request, _ON_TEXT[what](request, translation, actor))
    except HelpdeskError as error:
        messages.error(request, error.message)
    return _back(translation.article_id, translation.language)


def _unpublish(request: HttpRequest, translation: ArticleTranslation, actor: Actor) -> str:
    unpublish_article(translation_id=translation.pk, actor=actor)
    return _("Taken back: nobody finds or reads it any more.")


def _restore(request: HttpRequest, translation: ArticleTranslation, actor: Actor) -> str:
    number = request.POST.get("version", "")
    restore_version(
        translation_id=translation.pk,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0,
        actor=actor,
    )
    return _("The earlier text is the working text again. Publish it when it is right.")


_ON_TEXT: dict[str, Callable[[HttpRequest, ArticleTranslation, Actor], str]] = {
    "unpublish": _unpublish,
    "restore": _restore,
}


def _back(article_id: int, language: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:tickets_article_change', args=[article_id])}?language={language}")


def _show(
    request: HttpRequest,
    article: Article | None,
    language: str,
    translation: ArticleTranslation | None,
    text: ArticleTextForm,
    settings_form: ArticleSettingsForm,
    *,
    may_write: bool,
    status: int = 200,
) -> HttpResponse:
    texts = list(article.translations.select_related("published").order_by("id")) if article else []
    source = next((one for one in texts if one.language != language), None)
    asked = request.GET.get("source", "")
    source = next((one for one in texts if one.language == asked != language), source)
    body = text["body"].value() or ""
    if not may_write:
        for field in (*text.fields.values(), *settings_form.fields.values()):
            field.disabled = True
    context = {
        **admin.site.each_context(request),
        "title": (text["title"].value() or _("New article")) if article else _("New article"),
        "hd_list_title": _("Help articles"),
        "article": article,
        "translation": translation,
        "language": language,
        "language_name": language_name(language),
        "languages": [(one.language, language_name(one.language), _state(one)) for one in texts],
        "offered": languages_to_offer([one.language for one in texts]),
        "text": text,
        "settings_form": settings_form,
        "source": source,
        "source_name": language_name(source.language) if source else "",
        "blocks": blocks(body),
        "may_write": may_write,
        "state": _state(translation),
        **_about(request, translation),
    }
    return TemplateResponse(request, "admin/tickets/article/editor.html", context, status=status)


def _state(translation: ArticleTranslation | None) -> str:
    if translation is None:
        return "new"
    if translation.state != ArticleTranslation.State.PUBLISHED:
        return "draft"
    return "changed" if has_unpublished_changes(translation) else "published"


def _about(request: HttpRequest, translation: ArticleTranslation | None) -> dict[str, Any]:
    """Versions, readers' words and figures of one text."""
    if translation is None:
        return {}
    versions = list(translation.versions.select_related("published_by")[:VERSIONS])
    number = request.GET.get("compare", "")
    compared = next((one for one in versions if str(one.number) == number), None)
    since = (now() - timedelta(days=READ_OVER_DAYS)).date()
    views = translation.views.filter(on__gte=since).order_by().values("source").annotate(read=Sum("count"))
    labels = dict(ArticleView.Source.choices)
    comments = translation.feedback.exclude(comment="").order_by("-id")[:COMMENTS]
    return {
        "versions": versions,
        "compared": compared,
        "difference": difference(
            f"{compared.title}\n\n{compared.body}", f"{translation.title}\n\n{translation.body}"
        ) if compared else [],
        "views": [(labels.get(row["source"], row["source"]), row["read"]) for row in views],
        "comments": comments,
        "public_path": article_path(translation.language, translation.slug),
    }  # fmt: skip


def preview(request: HttpRequest) -> HttpResponse:
    """How the ``body`` of a form looks to readers; nothing is kept."""
    if not request.user.has_perm("tickets.view_article"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = request.POST.get("text-body", "")[:LONGEST_BODY]
    return render(request, "admin/tickets/article/preview.html", {"blocks": blocks(body)})
