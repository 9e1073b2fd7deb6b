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
    """A topic without a priority has that of the nearest one it is part of; it is sensitive where one of them is."""
    rows = {topic.pk: topic for topic in Topic.objects.only("name", "default_priority", "is_sensitive", "parent_id")}
    standing: dict[int, TopicStanding] = {}
    for pk, topic in rows.items():
        line = [topic]
        while (above := rows.get(line[-1].parent_id or 0)) is not None and len(line) <= len(rows):
            line.append(above)
        standing[pk] = TopicStanding(
            name=topic.name,
            priority=next((one.default_priority for one in line if one.default_priority), ""),
            is_sensitive=any(one.is_sensitive for one in line),
        )
    return standing


score_setting: Remembered[ScoreSetting] = Remembered(_load_setting)
score_setting.forget_on_change(ScoreWeights)
scored_topics: Remembered[dict[int, TopicStanding]] = Remembered(_load_topics)
scored_topics.forget_on_change(Topic)
