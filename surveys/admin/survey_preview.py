"""What customers will see of a survey: its mail, its page, the thanks and the question in a chat, saved or as it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app.adapters.base import Limits
from channels_app.models import Brand
from helpdesk.common.clock import now
from surveys.admin.further_form import NUMBERS, read_question, stored_questions
from surveys.admin.survey_form import LANGUAGES
from surveys.models import Response, Survey, SurveyQuestion, SurveyWording
from surveys.policies.chat_question import chat_question
from surveys.policies.mail import survey_mail
from surveys.policies.questions import asked_after, question_words
from surveys.policies.scales import SCALES, Scale
from surveys.policies.texts import TEXTS, SurveyTexts
from surveys.policies.wordings import words_of
from surveys.selectors.pages import Typed, question_context, thanks_context
from surveys.services.links import render_mail

KINDS = ("mail", "page", "thanks", "chat")
# The admin's own policy with frames of ourselves, and, for the mail, the inline styles that mail programs want.
_FRAME_POLICY = (
    "default-src 'none'; style-src 'self' {styles}; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'"
)
# A messenger with as many buttons as a scale can have.
_BUTTONS = Limits(choices=11)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Unsaved rows in the place of a related manager."""

    rows: Sequence[Any] = ()

    def all(self) -> Sequence[Any]:
        return self.rows


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A survey as the form has it, not stored; reads like a Survey where texts and pages are made from one."""

    question: str
    thanks: str
    values: Scale
    change_window: timedelta
    wordings: Rows = field(default_factory=Rows)
    questions: Rows = field(default_factory=Rows)


def draft_of(survey: Survey, data: Mapping[str, Any]) -> Draft:
    """The survey with what is typed in its form; without form fields, as it is stored."""
    if "scale" not in data:
        return Draft(
            question=survey.question,
            thanks=survey.thanks,
            values=survey.values,
            change_window=survey.change_window,
            wordings=Rows(rows=list(survey.wordings.all()) if survey.pk else []),
            questions=Rows(rows=stored_questions(survey)),
        )
    scale = SCALES.get(data["scale"], survey.values)
    wordings = [
        SurveyWording(language=code, question=data.get(f"question_{code}", ""), thanks=data.get(f"thanks_{code}", ""))
        for code in LANGUAGES
    ]
    return Draft(
        question=data.get("question", "")[:300],
        thanks=data.get("thanks", "")[:300],
        values=scale,
        change_window=survey.change_window,
        wordings=Rows(rows=wordings),
        questions=Rows(rows=_draft_questions(survey, data, scale)),
    )


def _draft_questions(survey: Survey, data: Mapping[str, Any], scale: Scale) -> list[SurveyQuestion]:
    """Those of the typed questions that could be saved; a key for each, so that the page can tell their fields apart."""
    stored = stored_questions(survey)
    questions = []
    for number in NUMBERS:
        typed = dict(data.items()) | {
            name: _number(data.get(name)) for name in (f"further_{number}_from", f"further_{number}_to")
        }
        before = stored[number - 1] if number <= len(stored) else None
        wanted, errors = read_question(typed, number, scale=scale, before=before)
        if wanted is not None and not errors:
            questions.append(SurveyQuestion(pk=number, position=number, **vars(wanted)))
    return questions


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 5 else None


def frame(request: HttpRequest, survey: Survey, language: str, what: str) -> HttpResponse:
    """One of KINDS as customers will see it, with links that lead nowhere and forms that send nothing."""
    if what not in KINDS or language not in TEXTS:
        raise Http404
    draft: Any = draft_of(survey, request.GET)
    texts, brand = TEXTS[language], Brand.objects.order_by("id").first()
    name = brand.name if brand else _("Your brand")
    if what == "mail":
        mail = survey_mail(draft, texts=texts, brand=name, name="Carla", subject=_("My parcel is late"))
        response = HttpResponse(render_mail(mail, dict.fromkeys(draft.values.scores, "#")))
    else:
        shared = {"texts": texts, "brand": {"name": name}, "path": "#"}
        template, context = _PAGES[what](draft, texts)
        with override(texts.language):
            response = render(request, template, {**shared, **context})
    response["Content-Security-Policy"] = _FRAME_POLICY.format(styles="'unsafe-inline'" if what == "mail" else "")
    return response


def _page(draft: Any, texts: SurveyTexts) -> tuple[str, dict[str, Any]]:
    """The page as a mail's link opens it, at a score after which something more is asked."""
    return "surveys/question.html", question_context(draft, texts, Typed(score=_telling_score(draft)))


def _thanks(draft: Any, texts: SurveyTexts) -> tuple[str, dict[str, Any]]:
    response = Response(score=_telling_score(draft), answered_at=now())
    return "surveys/thanks.html", thanks_context(draft, texts, response, answers={}, asks_further=True)


def _chat(draft: Any, texts: SurveyTexts) -> tuple[str, dict[str, Any]]:
    """The question with buttons and without, and what follows on a score after which something more is asked."""
    score = _telling_score(draft)
    asked = {"invitation": UUID(int=0), "scale": draft.values, "words": words_of(draft, texts), "texts": texts}
    context = {
        "with_buttons": chat_question(limits=_BUTTONS, **asked),
        "without": chat_question(limits=None, **asked),
        "score": score,
        "further": [question_words(question, texts.language) for question in asked_after(draft.questions.all(), score)],
    }
    return "surveys/chat_preview.html", context


_PAGES = {"page": _page, "thanks": _thanks, "chat": _chat}


def _telling_score(draft: Any) -> int:
    """The highest score after which something more is asked; without any, the highest low one."""
    questions = draft.questions.all()
    return max((min(question.highest_score, draft.values.highest) for question in questions), default=draft.values.low)
