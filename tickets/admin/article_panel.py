"""Articles in the composer: what fits the customer's last message, what fits what is typed, and that one was put into an answer."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from helpdesk.core.services import read_site_settings
from tickets.admin.doors import AgentRequest
from tickets.admin.topic_form import language_name
from tickets.models import ArticleView, Message, Ticket
from tickets.selectors.articles import find_articles
from tickets.selectors.help_pages import published
from tickets.services.article_reading import count_view

MOST = 8
LONGEST_QUERY = 200
LONGEST_MESSAGE = 2_000


def suggest(request: AgentRequest) -> HttpResponse:
    """``?q=`` narrows; empty, the last thing the customer wrote is asked. In the ticket's language, else the site's, else English."""
    ticket = _ticket(request, request.GET.get("ticket", ""))
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    found = find_articles(query=query or _last_words(ticket), language=_language(ticket), limit=MOST)
    if not query:
        # Nobody asked: what does not answer the customer's question is noise.
        found = [one for one in found if one.fits] or found[:3]
    rows = [(one, language_name(one.language)) for one in found]
    return render(request, "tickets/article_options.html", {"rows": rows})


def inserted(request: AgentRequest) -> HttpResponse:
    """An agent put the link of an article into an answer: counted as a read from there."""
    text = request.POST.get("article", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not request.user.has_perm("tickets.view_article") or not published().filter(pk=number).exists():
        raise Http404
    count_view(translation_id=number, source=ArticleView.Source.ANSWER)
    return HttpResponse(status=204)


def _ticket(request: AgentRequest, text: str) -> Ticket:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    ticket = Ticket.objects.visible_to(request.user).filter(pk=number).first()
    if ticket is None or not request.user.has_perm("tickets.view_article"):
        raise Http404
    return ticket


def _language(ticket: Ticket) -> str:
    return ticket.language or read_site_settings().default_language


def _last_words(ticket: Ticket) -> str:
    said = ticket.messages.filter(direction=Message.Direction.IN, kind=Message.Kind.MESSAGE).exclude(text="")
    last = said.order_by("-sort_at", "-id").values_list("text", flat=True).first()
    return (last or ticket.subject)[:LONGEST_MESSAGE]
