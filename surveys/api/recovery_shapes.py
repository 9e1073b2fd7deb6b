"""What a recovery case looks like, and what may be sent to its verbs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.common.api.serializers import IdField, InputSerializer
from surveys.models import CorrectiveAction, RecoveryCase, RecoverySignal, RecoveryStep, RecoveryText
from surveys.policies.recovery import STEPS

LONGEST = 5000


class SignalRead(serializers.ModelSerializer):
    """Why the case was opened, or what came in addition."""

    ticket = serializers.IntegerField(source="ticket_id", allow_null=True)
    response = serializers.IntegerField(source="response_id", allow_null=True)
    review = serializers.IntegerField(source="review_id", allow_null=True)

    class Meta:
        model = RecoverySignal
        fields = ["source", "ticket", "response", "review", "words", "at"]
        read_only_fields = fields


class StepRead(serializers.ModelSerializer):
    """A step that was done, skipped with its `reason`, or waits for approval. `message`: what the customer was told."""

    message = serializers.IntegerField(source="message_id", allow_null=True)
    by = serializers.IntegerField(source="by_id", allow_null=True)

    class Meta:
        model = RecoveryStep
        fields = ["kind", "state", "reason", "message", "at", "by"]
        read_only_fields = fields


class ActionRead(serializers.ModelSerializer):
    """Something that is done for this customer. `told_at`: when he was told that it is done."""

    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    told_at = serializers.SerializerMethodField()

    class Meta:
        model = CorrectiveAction
        fields = ["id", "title", "text", "owner", "due_on", "done_at", "result", "cancelled_at", "told_at"]
        read_only_fields = fields

    def get_told_at(self, action: CorrectiveAction) -> str | None:
        told = [notice.told_at for notice in action.notices.all() if notice.told_at is not None]
        return min(told).isoformat() if told else None


class RecoveryCaseRead(serializers.ModelSerializer):
    """A case. Scores are ratings of 1 to 10, null where nobody voted; `version` rises with every change.

    `signals`, oldest first, are those of this case's ticket and of other tickets that you may see.
    """

    customer = serializers.IntegerField(source="customer_id")
    ticket = serializers.IntegerField(source="ticket_id", allow_null=True)
    topic = serializers.IntegerField(source="topic_id", allow_null=True)
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    root_cause = serializers.IntegerField(source="root_cause_id", allow_null=True)
    invitation = serializers.IntegerField(source="invitation_id", allow_null=True)
    signals = serializers.SerializerMethodField()
    steps = StepRead(many=True)
    actions = ActionRead(many=True)

    class Meta:
        model = RecoveryCase
        fields = [
            "id", "uuid", "customer", "ticket", "topic", "source", "stage", "outcome", "owner", "team", "root_cause",
            "customer_words", "analysis", "closing_note", "score_before", "score_after", "opened_at",
            "first_contact_due_at", "first_contact_at", "correction_due_at", "corrected_at", "ask_again_at", "invitation",
            "closed_at", "is_demo", "version", "signals", "steps", "actions",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(SignalRead(many=True))
    def get_signals(self, case: RecoveryCase) -> Any:
        """Those among the context's ``signals``: what the caller may read of the cases at hand."""
        own = [signal for signal in self.context["signals"] if signal.case_id == case.pk]
        return SignalRead(sorted(own, key=lambda signal: (signal.at, signal.pk)), many=True).data


class CaseGiven(InputSerializer):
    """A case opened by hand. `key` makes it one for this customer however often it is sent; without it, every call is a signal of its
    own. Where the customer's open case is another team's, the answer is 409 `case_elsewhere`.
    """

    customer = IdField()
    ticket = IdField(allow_null=True, required=False)
    words = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    score = serializers.FloatField(min_value=1, max_value=10, required=False, allow_null=True, default=None)
    key = serializers.CharField(max_length=60, required=False)


class OwnerGiven(InputSerializer):
    """Whose the case is; null: nobody's."""

    owner = IdField(allow_null=True)
    version = serializers.IntegerField(min_value=0, required=False)


class CauseGiven(InputSerializer):
    """What happened and why; `customer_words` are his own, left as they are when they are not sent."""

    root_cause = IdField()
    analysis = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")
    customer_words = serializers.CharField(max_length=LONGEST, allow_blank=True, required=False)
    version = serializers.IntegerField(min_value=0, required=False)


class ActionGiven(InputSerializer):
    """Something to be done, by whom and until when."""

    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")
    owner = IdField(allow_null=True, default=None)
    due_on = serializers.DateField(allow_null=True, default=None)


class FinishGiven(InputSerializer):
    """An action of this case that is done, and what came of it."""

    action = IdField()
    result = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")


class TextGiven(InputSerializer):
    """What the customer is told. It is refused while a placeholder is open."""

    text = serializers.CharField(max_length=LONGEST)


class TellGiven(TextGiven):
    """What the customer is told of an action that is done; it ends with one open question."""

    action = IdField()


class GiftGiven(TextGiven):
    """Which pool; `{{recovery.incentive}}` in the text is where the code will stand."""

    incentive = IdField()


class RefusalGiven(InputSerializer):
    """Why not."""

    reason = serializers.CharField(max_length=LONGEST)


class SkipGiven(RefusalGiven):
    """Which step is left out, and why."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in STEPS])


class AskAgainGiven(InputSerializer):
    """When the customer is asked again; null: after the usual days."""

    at = serializers.DateTimeField(allow_null=True, default=None)


class CloseGiven(InputSerializer):
    """How it ended. `regained` needs a done action that the customer was told of."""

    outcome = serializers.ChoiceField(choices=RecoveryCase.Outcome.choices)
    note = serializers.CharField(max_length=LONGEST)
    version = serializers.IntegerField(min_value=0, required=False)


class PrepareGiven(InputSerializer):
    """Which words are wanted; for `action_done` of which action. `template` is one of the team's own."""

    kind = serializers.ChoiceField(choices=RecoveryText.Kind.choices)
    action = IdField(allow_null=True, default=None)
    template = IdField(allow_null=True, default=None)


class PreparedRead(serializers.Serializer):
    """The words in the customer's language; nothing leaves while a placeholder is open."""

    text = serializers.CharField()
    language = serializers.CharField()
    open_placeholders = serializers.ListField(child=serializers.CharField())


def expected_version(given: dict[str, Any]) -> dict[str, Any]:
    """The version a caller has seen, as the services name it; nothing when he does not say."""
    return {"expected_version": given["version"]} if "version" in given else {}
