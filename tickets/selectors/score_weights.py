"""What the reasons of the priority score weigh in this installation, and the topics they speak of."""

from dataclasses import dataclass

from helpdesk.common.remembered import Remembered
from tickets.models import ScoreWeights, Topic
from tickets.policies.priority_score import Weighing, weights_with


@dataclass(frozen=True, kw_only=True)
class ScoreSetting:
    """``value_attribute``: the customer's attribute that says what he is worth, "" for none."""

    weighing: Weighing
    value_attribute: str


@dataclass(frozen=True, kw_only=True)
class TopicStanding:
    """What of a topic counts in the score."""

    name: str
    priority: str
    is_sensitive: bool


def _load_setting() -> ScoreSetting:
    row = ScoreWeights.objects.filter(pk=1).first() or ScoreWeights()
    return ScoreSetting(
        weighing=Weighing(weights=weights_with(row.weights), value_from=row.value_from),
        value_attribute=row.value_attribute,
    )


def _load_topics() -> dict[int, TopicStanding]:
    rows = Topic.objects.values_list("pk", "name", "default_priority", "is_sensitive")
    return {
        pk: TopicStanding(name=name, priority=priority, is_sensitive=sensitive)
        for pk, name, priority, sensitive in rows
    }


score_setting: Remembered[ScoreSetting] = Remembered(_load_setting)
score_setting.forget_on_change(ScoreWeights)
scored_topics: Remembered[dict[int, TopicStanding]] = Remembered(_load_topics)
scored_topics.forget_on_change(Topic)
