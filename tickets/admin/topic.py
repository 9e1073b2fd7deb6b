"""Topics: the tree with its words, and a box that tells which topic a text would get and why."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels_app.registry import kinds
from helpdesk.common.admin import BoundedChangeList, ServiceAdmin, state_badge
from tickets.admin.channel_kinds import kind_label
from tickets.admin.topic_form import field_names, language_name, topic_form_class
from tickets.models import Ticket, Topic
from tickets.models.ticket import OPEN_STATUSES
from tickets.policies.language import recognise_language
from tickets.policies.sentiment import analyse_sentiment
from tickets.policies.topic_learning import suggest, words_of
from tickets.selectors.topics import learned_topics, topic_matcher, topic_tree
from tickets.services.topics import store_topic

SHOWN_WORDS = 5
LONGEST_TRIAL = 4_000


class TrialForm(forms.Form):
    """A message that nobody has sent, to see which topic it would get."""

    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=500)
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=LONGEST_TRIAL, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(kind, kind_label(kind)) for kind in kinds()]
        self.fields["channel"].choices = [("", _("any")), *offered]  # type: ignore[attr-defined]


class TreeChangeList(BoundedChangeList):
    """Each topic behind the one that it is part of."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Topic]) -> list[Any]:
        return ["tree_order", "pk"]


@admin.register(Topic)
class TopicAdmin(ServiceAdmin):
    class Media:
        css = {"all": ["tickets/topics.css"]}

    list_display = ("place", "words", "where", "gives", "state", "open_tickets")
    list_display_links = ("place",)
    search_fields = ("name",)
    sortable_by = ()
    actions = None
    list_select_related = ("default_team",)
    list_per_page = 500
    empty_title = gettext_lazy("No topics yet.")
    empty_text = gettext_lazy(
        "Topics say what cases are about: delivery, payment, praise. Give them words, and new tickets find their topic,"
        " team and priority by themselves."
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return TreeChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        """Each with its place in the tree."""
        tree = topic_tree()
        self._places = {place.topic.pk: place for place in tree}
        order = [When(pk=place.topic.pk, then=Value(number)) for number, place in enumerate(tree)]
        place: Any = Case(*order, default=Value(len(order)), output_field=IntegerField()) if order else Value(0)
        return super().get_queryset(request).annotate(tree_order=place)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        seen = Ticket.objects.visible_to(request.user).filter(status__in=OPEN_STATUSES, topic__isnull=False)
        self._counts = dict(seen.order_by().values("topic").annotate(count=Count("pk")).values_list("topic", "count"))
        context = {"trial": TrialForm(auto_id="hd-trial-%s"), **(extra_context or {})}
        return super().changelist_view(request, context)

    # The list ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("topic"))
    def place(self, topic: Topic) -> SafeString:
        place = self._places.get(topic.pk)
        if place is None or not place.depth:
            return format_html('<span class="hd-tree hd-tree-0">{}</span>', topic.name)
        above = place.path.removesuffix(topic.name)
        return format_html(
            '<span class="hd-tree hd-tree-{}"><span class="visually-hidden">{} </span>{}</span>',
            place.depth,
            above,
            topic.name,
        )

    @admin.display(description=gettext_lazy("found by"))
    def words(self, topic: Topic) -> str:
        every = [word for words in topic.keywords.values() for word in words]
        if not every:
            return _("people and rules alone")
        more = len(every) - SHOWN_WORDS
        shown = ", ".join(every[:SHOWN_WORDS])
        return (
            f"{shown} {ngettext('and %(count)s more', 'and %(count)s more', more) % {'count': more}}"
            if more > 0
            else shown
        )

    @admin.display(description=gettext_lazy("on"))
    def where(self, topic: Topic) -> str:
        known = set(kinds())
        return ", ".join(kind_label(kind) for kind in topic.channels if kind in known) or _("every channel")

    @admin.display(description=gettext_lazy("gives"))
    def gives(self, topic: Topic) -> str:
        priority = topic.get_default_priority_display() if topic.default_priority else ""
        return " · ".join(filter(None, (str(topic.default_team or ""), str(priority)))) or "–"

    @admin.display(description=gettext_lazy("state"))
    def state(self, topic: Topic) -> SafeString:
        if not topic.is_active:
            return state_badge(_("off"), "quiet")
        if topic.is_sensitive:
            return state_badge(_("sensitive"), "warning")
        return state_badge(_("on"), "success")

    @admin.display(description=gettext_lazy("open tickets"))
    def open_tickets(self, topic: Topic) -> str | SafeString:
        count = self._counts.get(topic.pk, 0)
        if not count:
            return "0"
        return format_html(
            '<a href="{}?view=open&topic={}">{}</a>', reverse("admin:tickets_ticket_changelist"), topic.pk, count
        )

    # The form ------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Topic | None = None, change: bool = False, **kwargs: Any) -> Any:
        if self._may_save(request, obj):
            kwargs["form"] = topic_form_class(obj)
            kwargs["fields"] = None
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        about = {"fields": ("name", "parent", "position", "is_active")}
        gives = {"fields": ("default_team", "default_priority", "is_sensitive")}
        if not self._may_save(request, obj):
            return ((None, about), (_("Words that speak for it"), {"fields": ("words", "where")}), (None, gives))
        names = field_names(obj)
        words = {"fields": (*names[:-1], "other_language", names[-1], "channels")}
        return ((None, about), (_("Words that speak for it"), words), (_("What a ticket gets with it"), gives))

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        return () if self._may_save(request, obj) else ("words", "where")

    def _may_save(self, request: HttpRequest, obj: Topic | None) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Topic, form: forms.ModelForm, change: bool) -> None:
        store_topic(obj)

    # Own doors -----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("try/", wrap(self.try_view), name="tickets_topic_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """What the product reads in a text: topic, language, mood, each with its reasons. Nothing is kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TrialForm(request.GET)
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            context |= trial_of(**form.cleaned_data)
        return render(request, "admin/tickets/topic/trial.html", context)


def trial_of(*, subject: str, text: str, channel: str) -> dict[str, Any]:
    """What a message would be taken for: the topics by words, a learned suggestion, language and mood."""
    recognised = recognise_language(text)
    paths = {place.topic.pk: place.path for place in topic_tree()}
    matches = topic_matcher().match(text=text, subject=subject, language=recognised.language, channel_kind=channel)
    suggestion = suggest(words_of(subject, text), learned_topics())
    return {
        "matches": [(paths.get(match.topic, ""), match.points, ", ".join(match.words)) for match in matches],
        "suggestion": (paths.get(suggestion.topic, ""), ", ".join(suggestion.words)) if suggestion else None,
        "language": language_name(recognised.language) if recognised.language else "",
        "mood": analyse_sentiment(text, language=recognised.language),
    }
