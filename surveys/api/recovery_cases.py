"""``/api/v1/recovery-cases/``: winning customers back, step by step."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import InputSerializer, NoInput
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import NotVisible
from surveys.api import recovery_shapes as shapes
from surveys.models import RecoveryCase
from surveys.selectors.recovery_page import readable_signals
from surveys.services import recovery
from surveys.services.incentives import approve_incentive, offer_incentive, refuse_incentive
from surveys.services.recovery_by_hand import open_by_hand
from tickets.api.lookups import require_customer, require_visible
from tickets.models import Ticket
from tickets.services.actors import Actor

CHANGE = ("surveys.change_recoverycase",)
# What is said to customers needs the right to write to them.
TELL = (*CHANGE, "tickets.reply_ticket")


class RecoveryCaseFilters(filters.FilterSet):
    customer = IdFilter(field_name="customer_id")
    ticket = IdFilter(field_name="ticket_id")
    owner = IdFilter(field_name="owner_id")
    team = IdFilter(field_name="team_id")
    topic = IdFilter(field_name="topic_id")
    root_cause = IdFilter(field_name="root_cause_id")
    stage = ChoicesFilter(choices=RecoveryCase.Stage.choices)
    source = ChoicesFilter(choices=RecoveryCase.Source.choices)
    outcome = ChoicesFilter(choices=RecoveryCase.Outcome.choices)
    is_open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    is_late = filters.BooleanFilter(method="filter_late")
    is_demo = filters.BooleanFilter()
    opened_after = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = RecoveryCase
        fields: tuple[str, ...] = ()

    def filter_late(self, queryset: QuerySet[RecoveryCase], name: str, value: bool) -> QuerySet[RecoveryCase]:
        """Open cases whose first contact or correction is overdue, or all others."""
        contact = Q(first_contact_at=None, first_contact_due_at__lte=Now())
        correction = Q(corrected_at=None, correction_due_at__lte=Now())
        late = Q(closed_at=None) & (contact | correction)
        return queryset.filter(late) if value else queryset.exclude(late)


class RecoveryCaseViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Cases about tickets that you may see, and those that are yours."""

    queryset = RecoveryCase.objects.order_by()
    serializer_class = shapes.RecoveryCaseRead
    filterset_class = RecoveryCaseFilters
    orderings: ClassVar = {
        "-opened_at": ("-opened_at", "-id"), "opened_at": ("opened_at", "id"), "-id": ("-id",), "id": ("id",),
    }  # fmt: skip
    permissions: ClassVar = {
        "list": ("surveys.view_recoverycase",),
        "retrieve": ("surveys.view_recoverycase",),
        "create": ("surveys.add_recoverycase",),
        "partial_update": CHANGE,
        "prepare": CHANGE,
        "understand": CHANGE,
        "actions": CHANGE,
        "finish": CHANGE,
        "plan": TELL,
        "apology": TELL,
        "tell": TELL,
        "incentive": TELL,
        "approve": ("surveys.approve_incentive",),
        "refuse": ("surveys.approve_incentive",),
        "review_update": TELL,
        "ask_again": CHANGE,
        "skip": CHANGE,
        "close": CHANGE,
    }

    def get_queryset(self) -> QuerySet:
        seen: QuerySet = RecoveryCase.objects.visible_to(self.request.user)
        return seen.order_by().prefetch_related("signals", "steps", "actions__notices")

    def represent(self, rows: list[Any]) -> list[Any]:
        signals = [signal for case in rows for signal in case.signals.all()]
        own = {case.pk: case.ticket_id for case in rows}
        context = {"signals": readable_signals(signals, own, self.caller)}
        return list(shapes.RecoveryCaseRead(rows, many=True, context=context).data)

    @extend_schema(request=shapes.CaseGiven, responses={201: shapes.RecoveryCaseRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open a case by hand, or add to the open one of this customer and cause."""
        given = self.read_input(shapes.CaseGiven)
        require_customer(request.user, given["customer"])
        if given.get("ticket") is not None:
            require_visible(Ticket.objects.visible_to(request.user), given["ticket"], field="ticket")
        # The key is that of this customer alone: nobody is led to another one's case by a key that he guesses.
        key = f"manual:{given['customer']}:{given.get('key') or uuid.uuid4()}"
        case = open_by_hand(
            customer_id=given["customer"], ticket_id=given.get("ticket"), source=RecoveryCase.Source.MANUAL, key=key,
            words=given["words"], score=given["score"], actor=self._actor,
        )  # fmt: skip
        return Response(self._read(case.pk), status=201)

    @extend_schema(request=shapes.OwnerGiven, responses=shapes.RecoveryCaseRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give it an owner."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            version = shapes.expected_version(given)
            return recovery.take_case(case_id=case_id, owner_id=given["owner"], actor=self._actor, **version)

        return self._do(shapes.OwnerGiven, change)

    @extend_schema(request=shapes.PrepareGiven, responses=shapes.PreparedRead)
    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Words for the customer, with what is known filled in. Nothing is stored or sent."""
        given = self.read_input(shapes.PrepareGiven)
        prepared = recovery.prepare_text(
            case_id=self.get_row().pk, kind=given["kind"], action_id=given["action"], template_id=given["template"]
        )
        return Response(shapes.PreparedRead(prepared).data)

    @extend_schema(request=shapes.CauseGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def understand(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what happened and why."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return recovery.understand_case(
                case_id=case_id, root_cause_id=given["root_cause"], analysis=given["analysis"],
                customer_words=given.get("customer_words"), actor=self._actor, **shapes.expected_version(given),
            )  # fmt: skip

        return self._do(shapes.CauseGiven, change)

    @extend_schema(request=shapes.ActionGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def actions(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add something to be done."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return recovery.add_action(
                case_id=case_id, title=given["title"], text=given["text"], owner_id=given["owner"],
                due_on=given["due_on"], actor=self._actor,
            )  # fmt: skip

        return self._do(shapes.ActionGiven, change)

    @extend_schema(request=shapes.FinishGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An action of this case is done."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            own = RecoveryCase.objects.get(pk=case_id).actions.filter(pk=given["action"])
            if not own.exists():
                raise NotVisible("action_not_found", _("This case has no such action."), fields={"action": "not found"})
            return recovery.finish_action(action_id=given["action"], result=given["result"], actor=self._actor)

        return self._do(shapes.FinishGiven, change)

    @extend_schema(request=shapes.TextGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send the customer the plan, or the plan as it is now."""
        return self._say(recovery.send_plan)

    @extend_schema(request=shapes.TextGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def apology(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Apologise for what went wrong, by its name."""
        return self._say(recovery.send_apology)

    @extend_schema(request=shapes.TellGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def tell(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell the customer that an action is done."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return recovery.tell_action(
                case_id=case_id, action_id=given["action"], text=given["text"], actor=self._actor
            )

        return self._do(shapes.TellGiven, change)

    @extend_schema(request=shapes.GiftGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def incentive(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give the customer a code; above the pool's limit the step waits for approval."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return offer_incentive(
                case_id=case_id, incentive_id=given["incentive"], text=given["text"], actor=self._actor
            )

        return self._do(shapes.GiftGiven, change)

    @extend_schema(request=None, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a waiting gift go out."""
        return self._do(NoInput, lambda case_id, given: approve_incentive(case_id=case_id, actor=self._actor))

    @extend_schema(request=shapes.RefusalGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say no to a waiting gift."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return refuse_incentive(case_id=case_id, reason=given["reason"], actor=self._actor)

        return self._do(shapes.RefusalGiven, change)

    @extend_schema(request=shapes.TextGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"], url_path="review-update")
    def review_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask the customer to look at his review again; never beside a gift."""
        return self._say(recovery.ask_review_update)

    @extend_schema(request=shapes.AskAgainGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say when the customer is asked again."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return recovery.ask_again(case_id=case_id, at=given["at"], actor=self._actor)

        return self._do(shapes.AskAgainGiven, change)

    @extend_schema(request=shapes.SkipGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Leave a step out, and say why."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            return recovery.skip_step(case_id=case_id, kind=given["kind"], reason=given["reason"], actor=self._actor)

        return self._do(shapes.SkipGiven, change)

    @extend_schema(request=shapes.CloseGiven, responses=shapes.RecoveryCaseRead)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Close the case with its outcome and a note."""

        def change(case_id: int, given: dict[str, Any]) -> Any:
            version = shapes.expected_version(given)
            return recovery.close_case(
                case_id=case_id, outcome=given["outcome"], note=given["note"], actor=self._actor, **version
            )

        return self._do(shapes.CloseGiven, change)

    @property
    def _actor(self) -> Actor:
        return Actor.agent(self.caller)

    def _say(self, verb: Callable[..., Any]) -> Response:
        return self._do(
            shapes.TextGiven, lambda case_id, given: verb(case_id=case_id, text=given["text"], actor=self._actor)
        )

    def _do(self, shape: type[InputSerializer], change: Callable[[int, dict[str, Any]], Any]) -> Response:
        """One verb on the case of the address; answers the case as it is then."""
        given = self.read_input(shape)
        case_id = self.get_row().pk
        change(case_id, given)
        return Response(self._read(case_id))

    def _read(self, pk: int) -> Any:
        case = RecoveryCase.objects.prefetch_related("signals", "steps", "actions__notices").get(pk=pk)
        return self.represent([case])[0]
