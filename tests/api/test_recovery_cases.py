"""A customer won back by the API alone: the whole way, and what is refused on it."""

import pytest

from surveys.models import RecoveryCase, RecoverySignal, RootCause
from surveys.services.incentive_codes import import_codes
from surveys.services.incentive_pools import save_incentive
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Message, Ticket
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db
URL = "/api/v1/recovery-cases/"
JSON = "application/json"


@pytest.fixture
def client(lead, calling):
    return calling(lead)


@pytest.fixture
def ticket():
    return make_ticket(make_channel(kind="api"))


@pytest.fixture
def case(client, ticket):
    given = {"customer": ticket.customer_id, "ticket": ticket.pk, "words": "Nobody called me back.", "score": 3}
    opened = client.post(URL, given, content_type=JSON)
    assert opened.status_code == 201
    return opened.json()


def say(client, case, verb, **given):
    return client.post(f"{URL}{case['id']}/{verb}/", given, content_type=JSON)


def test_customer_is_won_back_step_by_step(client, case, ticket, lead):
    assert (case["stage"], case["source"], case["customer_words"]) == ("noticed", "manual", "Nobody called me back.")
    cause = RootCause.objects.get(key="own_mistake.forgotten")
    say(client, case, "understand", root_cause=cause.pk, analysis="The note was lost.")
    planned = say(client, case, "actions", title="Call her", owner=lead.pk, due_on="2026-12-01").json()
    action = planned["actions"][0]["id"]
    words = say(client, case, "prepare", kind="plan").json()
    assert (words["open_placeholders"], "Call her" in words["text"]) == ([], True)
    assert say(client, case, "plan", text=words["text"]).status_code == 200
    apology = say(client, case, "prepare", kind="apology").json()["text"]
    assert say(client, case, "apology", text=apology).json()["stage"] == "apologised"
    say(client, case, "finish", action=action, result="Called on Monday.")
    told = say(client, case, "tell", action=action, text="We called you. Is everything clear now?").json()
    assert (told["stage"], told["actions"][0]["told_at"] is not None) == ("corrected", True)
    pool = save_incentive(
        incentive_id=None, values={"name": "Ten off", "description": "10 % off"}, actor=Actor.system()
    )
    import_codes(incentive_id=pool.pk, codes=["SORRY"], actor=Actor.system())
    given = say(client, case, "incentive", incentive=pool.pk, text="Please take this: {{recovery.incentive}}.").json()
    assert given["stage"] == "made_good"
    closed = say(client, case, "close", outcome="regained", note="She is happy again.").json()
    assert (closed["outcome"], closed["stage"], closed["closed_at"] is not None) == ("regained", "closed", True)
    assert [step["kind"] for step in sorted(closed["steps"], key=lambda step: step["at"])] == [
        "cause", "plan", "apology", "correction", "make_good", "close",
    ]  # fmt: skip
    sent = Message.objects.filter(ticket=ticket, direction="out").order_by("pk")
    assert [message.author_agent_id for message in sent] == [lead.pk] * 4


def test_opening_twice_with_one_key_is_one_case(client, ticket):
    given = {"customer": ticket.customer_id, "ticket": ticket.pk, "key": "crm-7"}
    first, second = (client.post(URL, given, content_type=JSON).json() for _ in range(2))
    assert (first["id"], len(second["signals"])) == (second["id"], 1)


@pytest.mark.parametrize(
    ("verb", "given", "status", "code"),
    [
        ("plan", {"text": "A plan."}, 409, "cause_first"),
        ("apology", {"text": "Sorry, {{recovery.mistake}}"}, 422, "open_placeholder"),
        ("skip", {"kind": "cause", "reason": " "}, 400, "invalid"),
        ("skip", {"kind": "tea", "reason": "Thirsty."}, 400, "invalid"),
        ("understand", {"root_cause": 999_999}, 400, "unknown_cause"),
        ("finish", {"action": 999_999}, 404, "action_not_found"),
        ("tell", {"action": 999_999, "text": "Done. All well?"}, 404, "action_not_found"),
        ("approve", {}, 409, "nothing_waiting"),
        ("close", {"outcome": "regained", "note": "Fine."}, 409, "regained_needs_told_action"),
    ],
)
def test_step_that_does_not_fit_is_refused_with_its_code(client, case, verb, given, status, code):
    refused = say(client, case, verb, **given)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert RecoveryCase.objects.get().stage == "noticed"


def test_stale_version_is_told_apart(client, case, lead):
    taken = client.patch(f"{URL}{case['id']}/", {"owner": lead.pk, "version": 99}, content_type=JSON)
    assert (taken.status_code, taken.json()["code"]) == (412, "stale_version")


def test_case_of_a_ticket_that_one_may_not_see_is_missing(case, agent, calling, ticket):
    ticket.team = make_team("Secret", is_private=True)
    ticket.save()
    stranger = calling(agent)
    assert stranger.get(f"{URL}{case['id']}/").status_code == 404
    assert stranger.get(URL).json()["results"] == []
    given = {"customer": ticket.customer_id, "ticket": ticket.pk}
    assert stranger.post(URL, given, content_type=JSON).status_code == 404


@pytest.fixture
def closed_case(case, lead, ticket):
    """The case is about a ticket of a team of the lead's, and its customer has an open ticket besides."""
    Ticket.objects.filter(pk=ticket.pk).update(team=make_team("Secret", lead, is_private=True))
    other = make_ticket(make_channel(kind="api"), customer=ticket.customer_id)
    return RecoveryCase.objects.get(), other


def test_case_that_another_team_has_is_neither_shown_nor_added_to(closed_case, agent, calling):
    known, other = closed_case
    given = {"customer": known.customer_id, "ticket": other.pk, "words": "I am angry as well."}
    refused = calling(agent).post(URL, given, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "case_elsewhere")
    assert "Nobody called me back." not in refused.text
    assert known.signals.count() == 1


def test_key_of_another_customer_leads_to_no_case_of_his(client, ticket, agent, calling):
    given = {"customer": ticket.customer_id, "ticket": ticket.pk, "key": "crm-7", "words": "Nobody called."}
    first = client.post(URL, given, content_type=JSON).json()
    other = make_ticket(make_channel(kind="api"))
    theirs = {"customer": other.customer_id, "ticket": other.pk, "key": "crm-7"}
    second = calling(agent).post(URL, theirs, content_type=JSON).json()
    assert (second["customer"], second["id"] != first["id"]) == (other.customer_id, True)


def test_signals_of_tickets_that_one_may_not_see_are_left_out(case, client, agent, lead, calling, ticket):
    other = make_ticket(make_channel(kind="api"), customer=ticket.customer_id)
    given = {"customer": ticket.customer_id, "ticket": other.pk, "words": "My affair."}
    both = client.post(URL, given, content_type=JSON).json()["signals"]
    assert [signal["words"] for signal in both] == ["Nobody called me back.", "My affair."]
    Ticket.objects.filter(pk=other.pk).update(team=make_team("Secret", lead, is_private=True))
    stranger = calling(agent)
    answers = [
        stranger.get(f"{URL}{case['id']}/").json(),
        stranger.get(URL).json()["results"][0],
        stranger.patch(f"{URL}{case['id']}/", {"owner": agent.pk}, content_type=JSON).json(),
    ]
    for answer in answers:
        assert [signal["words"] for signal in answer["signals"]] == ["Nobody called me back."]
    assert len(client.get(f"{URL}{case['id']}/").json()["signals"]) == 2


def test_list_costs_the_same_for_one_case_and_for_ten(client, case, django_assert_max_num_queries):
    for _number in range(9):
        other = make_ticket(make_channel(kind="api"))
        client.post(URL, {"customer": other.customer_id, "ticket": other.pk}, content_type=JSON)
    # A signal of another ticket each, so that it is looked up whether that may be read.
    RecoverySignal.objects.exclude(case=case["id"]).update(ticket=case["ticket"])
    with django_assert_max_num_queries(8):
        assert len(client.get(URL, {"is_open": "true", "is_late": "false"}).json()["results"]) == 10
