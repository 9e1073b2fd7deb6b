"""``/api/v1/survey-responses/``: scores, comments and further answers, and votes that another system took."""

from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Reply

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import InvalidInput, NotVisible
from surveys.models import Answer, Invitation, Response
from surveys.policies.scales import SCALES
from surveys.policies.votes import LONGEST_COMMENT
from surveys.services.voting import Vote, record_vote

COLUMNS = (
    "id", "score", "scale", "rating", "is_low", "comment", "answered_via", "answered_at", "changed_at", "history", "survey",
    "invitation", "occasion", "ticket", "customer", "channel", "team", "agent", "topic", "is_demo",
)  # fmt: skip
# On whatever scale.
LOWEST, HIGHEST = 0, 10


class KeptAnswer(serializers.Serializer):
    """What stood there before a change."""

    score = serializers.IntegerField()
    comment = serializers.CharField()
    at = serializers.DateTimeField()
    answers = serializers.DictField(
        required=False, help_text="Further answers of that time: question -> keys of choices, or words."
    )


class FurtherAnswer(serializers.Serializer):
    """What the customer said to one further question of the survey: the keys of his choices, or his words."""

    question = serializers.IntegerField()
    choices = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(allow_blank=True)


class SurveyResponseRead(serializers.Serializer):
    """A vote. Channel, team, agent and topic are those of the moment of the vote."""

    id = serializers.IntegerField()
    score = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)
    scale = serializers.ChoiceField(choices=[(key, str(scale.label)) for key, scale in SCALES.items()])
    rating = serializers.FloatField(
        allow_null=True, help_text="The score on the common scale, 1.0 to 10.0; null for the readiness to recommend."
    )
    is_low = serializers.BooleanField()
    comment = serializers.CharField()
    answers = FurtherAnswer(many=True)
    answered_via = serializers.ChoiceField(choices=Response.AnsweredVia.choices)
    answered_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(allow_null=True)
    history = KeptAnswer(many=True, help_text="Earlier votes of the same customer on the same contact, oldest first.")
    survey = serializers.IntegerField()
    invitation = serializers.IntegerField()
    occasion = serializers.CharField(help_text="`contact:3` is the third contact of the ticket.")
    ticket = serializers.IntegerField(allow_null=True)
    customer = serializers.IntegerField()
    channel = serializers.IntegerField(allow_null=True)
    team = serializers.IntegerField(allow_null=True)
    agent = serializers.IntegerField(allow_null=True)
    topic = serializers.IntegerField(allow_null=True)
    is_demo = serializers.BooleanField()


class FurtherAnswerInput(InputSerializer):
    """An answer to one further question: `choices` or `text`, as the question wants it."""

    question = IdField()
    choices = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, required=False)
    text = serializers.CharField(max_length=LONGEST_COMMENT, required=False, allow_blank=True)


class SurveyResponseCreate(InputSerializer):
    """A customer's vote that your system took, for an open invitation; the score stands on the scale of its survey."""

    invitation = IdField()
    score = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)
    comment = serializers.CharField(max_length=LONGEST_COMMENT, required=False, allow_blank=True, default="")
    answers = serializers.ListField(child=FurtherAnswerInput(), required=False, max_length=3)


class SurveyResponseFilters(filters.FilterSet):
    score_min = filters.NumberFilter(field_name="score", lookup_expr="gte", min_value=LOWEST, max_value=HIGHEST)
    score_max = filters.NumberFilter(field_name="score", lookup_expr="lte", min_value=LOWEST, max_value=HIGHEST)
    rating_min = filters.NumberFilter(field_name="rating", lookup_expr="gte", min_value=1, max_value=10)
    rating_max = filters.NumberFilter(field_name="rating", lookup_expr="lte", min_value=1, max_value=10)
    is_low = filters.BooleanFilter()
    scale = ChoicesFilter(choices=[(key, key) for key in SCALES])
    survey = IdFilter(field_name="invitation__survey")
    invitation = IdFilter()
    ticket = IdFilter(field_name="invitation__ticket")
    customer = IdFilter(field_name="invitation__customer")
    channel = IdFilter()
    team = IdFilter()
    agent = IdFilter()
    topic = IdFilter()
    choice = filters.CharFilter(method="filter_choice", max_length=40)
    answered_via = ChoicesFilter(choices=Response.AnsweredVia.choices)
    has_comment = filters.BooleanFilter(method="filter_comment")
    is_demo = filters.BooleanFilter()
    answered_after = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="gte")
    answered_before = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="lt")

    class Meta:
        model = Response
        fields: tuple[str, ...] = ()

    def filter_comment(self, queryset: QuerySet[Response], name: str, value: bool) -> QuerySet[Response]:
        """Votes with words, or without."""
        return queryset.exclude(comment="") if value else queryset.filter(comment="")

    def filter_choice(self, queryset: QuerySet[Response], name: str, value: str) -> QuerySet[Response]:
        """Votes for which this choice of a further question was made: `speed`."""
        return queryset.filter(Exists(Answer.objects.filter(response=OuterRef("pk"), choice=value)))


class SurveyResponseViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Survey answers about the tickets you may see; who reads figures sees them all."""

    queryset = Response.objects.all()
    serializer_class = SurveyResponseRead
    filterset_class = SurveyResponseFilters
    orderings: ClassVar = {
        "-answered_at": ("-answered_at", "-id"),
        "answered_at": ("answered_at", "id"),
        "-id": ("-id",),
        "id": ("id",),
    }
    permissions: ClassVar = {
        "list": ("surveys.view_response",),
        "retrieve": ("surveys.view_response",),
        "create": ("surveys.add_response",),
    }

    def get_queryset(self) -> QuerySet:
        responses = Response.objects.visible_to(self.request.user).annotate(
            survey=F("invitation__survey_id"),
            occasion=F("invitation__occasion"),
            ticket=F("invitation__ticket_id"),
            customer=F("invitation__customer_id"),
        )
        return responses.values(*COLUMNS)

    def represent(self, rows: list[Any]) -> list[Any]:
        """The rows with their further answers; one more query a page."""
        given: dict[int, dict[int, dict[str, Any]]] = {}
        answers = Answer.objects.filter(response__in=[row["id"] for row in rows]).order_by("question_id", "id")
        for answer in answers:
            said = given.setdefault(answer.response_id, {}).setdefault(
                answer.question_id, {"question": answer.question_id, "choices": [], "text": answer.text}
            )
            if answer.choice:
                said["choices"].append(answer.choice)
        return [row | {"answers": list(given.get(row["id"], {}).values())} for row in rows]

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Answers whose comment holds these words as they stand."""
        return queryset.filter(comment__icontains=query)

    @extend_schema(request=SurveyResponseCreate, responses={201: SurveyResponseRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Reply:
        """Store a vote, or change one within its window. 409 when the invitation takes no answer (any more)."""
        given = self.read_input(SurveyResponseCreate)
        if not Invitation.objects.visible_to(request.user).filter(pk=given["invitation"]).exists():
            text = _("There is no such invitation.")
            raise NotVisible("invitation_not_found", text, fields={"invitation": "not found"})
        vote = Vote(
            score=given["score"],
            comment=given["comment"],
            via=Response.AnsweredVia.API,
            answers=_answers(given.get("answers", ())),
        )
        response = record_vote(invitation_id=given["invitation"], vote=vote)
        self.kwargs[self.lookup_field] = response.pk
        return Reply(self.represent([self.get_row()])[0], status=201)


def _answers(given: Any) -> dict[int, list[str] | str]:
    """Question -> keys, or words. Raises InvalidInput for an answer that is both or twice."""
    answers: dict[int, list[str] | str] = {}
    for answer in given:
        if answer["question"] in answers or ("choices" in answer) is ("text" in answer):
            text = _("Give each question once, with choices or with text.")
            raise InvalidInput("answer_unclear", text, fields={"answers": "choices or text"})
        answers[answer["question"]] = answer["text"] if "text" in answer else list(answer["choices"])
    return answers
