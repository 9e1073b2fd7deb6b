import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.services import create_api_key
from surveys.models import Invitation, Survey
from surveys.services.voting import Vote, record_vote

URL = "/api/v1/surveys/"


@pytest.fixture
def call() -> Callable[..., Any]:
    def send(user: Any, method: str, path: str = URL, body: Any = None) -> Any:
        _key, text = create_api_key(user=user, name="test", scopes=("admin",))
        client = Client(headers={"Authorization": f"Bearer {text}"})
        if method == "get":
            return client.get(path, body or {})
        return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json")

    return send


def test_administrator_adds_and_changes_a_survey(call: Any, administrator: Any, email_channel: Any) -> None:
    body = {
        "name": "After a purchase", "occasion": "api", "scale": "1-5", "delay_seconds": 0, "remind_after_seconds": 86_400,
        "channels": [email_channel.pk], "wordings": [{"language": "de", "question": "Wie war der Einkauf?"}],
    }  # fmt: skip
    answer = call(administrator, "post", body=body)
    assert answer.status_code == 201
    row = answer.json()
    assert (row["delay_seconds"], row["remind_after_seconds"], row["channels"]) == (0, 86_400, [email_channel.pk])
    assert row["wordings"] == [{"language": "de", "question": "Wie war der Einkauf?", "thanks": ""}]
    changed = call(administrator, "patch", f"{URL}{row['id']}/", {"is_active": False, "channels": []}).json()
    assert (changed["is_active"], changed["channels"], changed["wordings"]) == (False, [], row["wordings"])
    assert call(administrator, "get", body={"occasion": "api"}).json()["results"] == [changed]


def test_preset_asks_what_a_low_score_was_about(call: Any, lead: Any, survey: Survey) -> None:
    (row,) = call(lead, "get").json()["results"]
    (question,) = row["questions"]
    assert [choice["key"] for choice in question["choices"]] == [
        "speed",
        "ease",
        "knowledge",
        "friendliness",
        "product",
    ]
    assert (question["lowest_score"], question["highest_score"]) == (1, 6)
    assert (row["sample_percent"], row["quiet_period_seconds"], row["occasion"]) == (100, 86_400, "contact")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"remind_after_seconds": 30 * 86_400}, "remind_after"),
        ({"expires_after_seconds": 60}, "expires_after"),
        ({"low_at_most": 10}, "low_at_most"),
        ({"name": "After every contact"}, "name"),
        ({"channels": [999_999]}, "channels"),
        ({"wordings": [{"language": "tlh"}]}, "wordings"),
        ({"sample_percent": 0}, "sample_percent"),
    ],
)
def test_fault_names_its_field(call: Any, administrator: Any, survey: Survey, body: Any, field: str) -> None:
    answer = call(administrator, "post", body={"name": "Another"} | body)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert Survey.objects.count() == 1


def test_scale_that_customers_have_voted_on_stays(
    call: Any, administrator: Any, asked: Callable[..., Invitation], survey: Survey
) -> None:
    record_vote(invitation_id=asked().pk, vote=Vote(score=8))
    answer = call(administrator, "patch", f"{URL}{survey.pk}/", {"scale": "thumbs"})
    assert (answer.status_code, answer.json()["code"]) == (409, "scale_in_use")
