"""Quick replies: who writes which, when a variant turns stale, and what a customer would read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.common.errors import Conflict, HelpdeskError, InvalidInput, PermissionRefused
from tests.factories import make_channel, make_team, make_ticket
from tests.support.library import make_macro, make_quick_reply
from tickets.models import CustomerEvent, QuickReply, QuickReplyFolder, QuickReplyUse, Topic
from tickets.selectors.library import suggest_quick_replies
from tickets.selectors.rendered_replies import Reading, Rendered, render_quick_reply
from tickets.services.actors import Actor
from tickets.services.quick_replies import (
    GivenReply,
    GivenVariant,
    create_quick_reply,
    delete_quick_reply,
    mark_variant_right,
    move_quick_replies,
    update_quick_reply,
)
from tickets.services.quick_reply_uses import count_uses
from tickets.services.replies import conversation_for

pytestmark = pytest.mark.django_db


def render(quick_reply: QuickReply, ticket: Any, agent: Any = None) -> Rendered:
    conversation = conversation_for(ticket, None)
    return render_quick_reply(quick_reply, Reading(ticket=ticket, conversation=conversation, agent=agent))


def test_values_come_from_ticket_customer_crm_and_events(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel, language="de")
    ticket.customer.attributes = {"plan": "gold", "nested": {"x": 1}, "active": True}
    ticket.customer.time_zone = "Asia/Tokyo"
    CustomerEvent.objects.create(
        customer=ticket.customer, kind="order", external_id="A-7", title="Two lamps", amount="12.50", currency="EUR",
        occurred_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    reply = make_quick_reply(
        "All", "{{customer.first_name}}/{{customer.name}}/{{ticket.number}}/{{ticket.subject}}/{{agent.first_name}}/{{brand.name}}/"
        "{{crm.Plan}}/{{crm.nested|no}}/{{crm.active|no}}/{{event.order.title}}/{{event.order.date}}/{{event.order.amount}}/{{event.order.number}}/"
        "{{date.today}}/{{greeting}}/{{event.refund.title|none}}",
        language="de",
    )  # fmt: skip
    conversation = conversation_for(ticket, None)
    agent.first_name, agent.last_name = "Ben", "Ott"
    reading = Reading(
        ticket=ticket, conversation=conversation, agent=agent, at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    )
    assert render_quick_reply(reply, reading).text == (
        f"Carla/Carla Customer/{ticket.number}/My parcel is late/Ben/Acme/gold/no/no/Two lamps/1. März 2026/12.50 EUR/A-7/"
        "2. November 2026/Guten Morgen/none"
    )


def test_missing_value_stands_in_the_text_and_is_named(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    rendered = render(make_quick_reply("Plan", "Your plan: {{crm.plan}}, {{agent.name|the team}}"), ticket)
    assert (rendered.text, rendered.missing) == ("Your plan: {{ crm.plan }}, the team", ("crm.plan",))


def test_address_is_no_name_to_greet_with(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    ticket.customer.name = "carla@customer.example"
    conversation = conversation_for(ticket, None)
    conversation.identity.display_name = ""
    reading = Reading(ticket=ticket, conversation=conversation)
    assert render_quick_reply(make_quick_reply("Hi", "Hi {{customer.first_name|there}}"), reading).text == "Hi there"


def test_text_that_the_channel_does_not_take_is_said_with_the_limit(db: None) -> None:
    ticket = make_ticket(make_channel(kind="api"))
    short = make_quick_reply("Short", "x" * 10, ("", "api", "y" * 12))
    assert not render(short, ticket).is_too_long
    assert render(short, ticket).text == "y" * 12
    tweet = Reading(ticket=ticket, given_channel=make_channel(kind="sms"))
    rendered = render_quick_reply(make_quick_reply("Long", "x" * 19_999), tweet)
    assert (rendered.is_too_long, rendered.length) == (True, 19_999)
    assert rendered.limit
    assert rendered.limit < 19_999


def test_variants_turn_stale_with_their_source_until_somebody_says_they_are_right(agent: Any, lead: Any) -> None:
    reply = make_quick_reply(
        "Late", "Your parcel is late.", ("de", "", "Ihr Paket ist spät."), ("fr", "", "En retard.")
    )
    _german, french = reply.variants.order_by("language")
    update_quick_reply(
        quick_reply_id=reply.pk,
        changes={
            "text": "Your parcel is two days late.",
            "variants": [
                GivenVariant(language="de", text="Ihr Paket kommt zwei Tage später."),
                GivenVariant(language="fr", text=french.text),
            ],
        },
        actor=Actor.agent(lead),
    )
    reply.refresh_from_db()
    stale = [variant.language for variant in reply.variants.all() if variant.source_version < reply.version]
    assert (reply.version, stale) == (2, ["fr"])
    with pytest.raises(PermissionRefused):
        mark_variant_right(variant_id=french.pk, actor=Actor.agent(agent))
    mark_variant_right(variant_id=french.pk, actor=Actor.agent(lead))
    french.refresh_from_db()
    assert french.source_version == 2
    # A new title is no new text.
    update_quick_reply(quick_reply_id=reply.pk, changes={"title": "Delay"}, actor=Actor.agent(lead))
    reply.refresh_from_db()
    assert reply.version == 2


def test_stale_variant_is_still_taken_and_said_to_be_stale(email_channel: Any) -> None:
    reply = make_quick_reply("Late", "Late.", ("de", "", "Spät."))
    update_quick_reply(quick_reply_id=reply.pk, changes={"text": "Very late."}, actor=Actor.system())
    reply.refresh_from_db()
    rendered = render(reply, make_ticket(email_channel, language="de-AT"))
    assert (rendered.text, rendered.is_stale, rendered.language) == ("Spät.", True, "de")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": "Hello {{customer.password}}"}, "text"),
        ({"shortcut": "two words"}, "shortcut"),
        ({"scope": "team"}, "team_id"),
        ({"scope": "world"}, "scope"),
        ({"folder_id": 4711}, "folder_id"),
        ({"topic_ids": [4711]}, "topic_ids"),
        ({"variants": [GivenVariant(text="x")]}, "variants.0.language"),
        ({"variants": [GivenVariant(channel_kind="fax", text="x")]}, "variants.0.channel_kind"),
        (
            {"variants": [GivenVariant(language="de", text="ok"), GivenVariant(language="fr", text="{{x}}")]},
            "variants.1.text",
        ),
        ({"variants": [GivenVariant(language="de", text="a"), GivenVariant(language="de", text="b")]}, "variants"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_with_its_field(changes: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"title": "Late", "text": "Late.", "scope": "shared"} | changes
    with pytest.raises(InvalidInput) as refused:
        create_quick_reply(given=GivenReply(**given), actor=Actor.system())
    assert list(refused.value.fields) == [field]


def test_agents_write_their_own_and_leads_those_of_their_teams_and_of_all(agent: Any, lead: Any, stranger: Any) -> None:
    team = make_team("Returns", lead)
    mine = make_quick_reply("Mine", "x", actor=agent)
    with pytest.raises(PermissionRefused):
        make_quick_reply("For all", "x", actor=agent, scope="shared")
    with pytest.raises(PermissionRefused):
        update_quick_reply(quick_reply_id=mine.pk, changes={"scope": "shared"}, actor=Actor.agent(agent))
    with pytest.raises(PermissionRefused):
        update_quick_reply(quick_reply_id=mine.pk, changes={"text": "y"}, actor=Actor.agent(lead))
    of_team = make_quick_reply("Team", "x", actor=lead, scope="team", team_id=team.pk)
    foreign = make_team("Others", stranger)
    with pytest.raises(PermissionRefused):
        make_quick_reply("Foreign", "x", actor=lead, scope="team", team_id=foreign.pk)
    shared = update_quick_reply(quick_reply_id=of_team.pk, changes={"scope": "shared"}, actor=Actor.agent(lead))
    assert (shared.team_id, shared.owner_id) == (None, None)


def test_private_teams_texts_are_seen_by_members_alone(
    agent: Any, lead: Any, administrator: Any, superuser: Any
) -> None:
    secret = make_team("Board", lead, is_private=True)
    open_team = make_team("Returns", agent)
    make_quick_reply("Secret", "x", scope="team", team_id=secret.pk)
    make_quick_reply("Open", "x", scope="team", team_id=open_team.pk)
    make_quick_reply("All", "x")
    make_quick_reply("Mine", "x", actor=agent)

    def seen(user: Any) -> set[str]:
        return set(QuickReply.objects.visible_to(user).values_list("title", flat=True))

    assert seen(agent) == {"Open", "All", "Mine"}
    assert seen(lead) == {"Secret", "All"}
    assert seen(administrator) == {"Open", "All"}
    assert seen(superuser) == {"Secret", "Open", "All"}


def test_title_is_taken_once_in_a_folder_and_a_shortcut_once(db: None) -> None:
    folder = QuickReplyFolder.objects.create(name="Delivery")
    late = make_quick_reply("Late", "x", shortcut="/late")
    assert late.shortcut == "late"
    other = make_quick_reply("Late", "x", folder_id=folder.pk)
    with pytest.raises(Conflict, match="folder"):
        move_quick_replies(quick_reply_ids=[other.pk], folder_id=None, actor=Actor.system())
    with pytest.raises(Conflict, match="shortcut"):
        make_quick_reply("Other", "x", shortcut="late")


def test_quick_reply_of_a_macro_cannot_be_deleted(db: None) -> None:
    reply = make_quick_reply("Late", "x")
    make_macro("Say so", quick_reply_id=reply.pk)
    with pytest.raises(Conflict, match="Say so"):
        delete_quick_reply(quick_reply_id=reply.pk, actor=Actor.system())


def titles(user: Any, **asked: Any) -> list[str]:
    return [reply.title for reply in suggest_quick_replies(user, **asked)]


def test_topic_comes_first_then_what_this_agent_sent_last_then_what_is_sent_most(agent: Any, lead: Any) -> None:
    topic = Topic.objects.create(name="Delivery")
    rare, often, mine, on_topic = (make_quick_reply(title, "x") for title in ("Rare", "Often", "Mine", "Topic"))
    on_topic.topics.add(topic)
    for _round in range(3):
        count_uses(quick_reply_ids=[often.pk], actor=Actor.agent(lead))
    count_uses(quick_reply_ids=[mine.pk, 4711], actor=Actor.agent(agent))
    make_quick_reply("Old", "x", is_active=False)
    assert titles(agent, topic_ids=[topic.pk]) == ["Topic", "Mine", "Often", "Rare"]
    assert titles(lead) == ["Often", "Mine", "Rare", "Topic"]
    rare.refresh_from_db()
    often.refresh_from_db()
    use = QuickReplyUse.objects.get(user=lead)
    assert (rare.use_count, often.use_count, use.use_count) == (0, 3, 3)


def test_customers_language_comes_first_where_nothing_is_searched_for(agent: Any) -> None:
    make_quick_reply("A english", "x", language="en")
    make_quick_reply("B any", "x")
    make_quick_reply("C variant", "x", ("de", "", "y"), language="en")
    make_quick_reply("D other channel", "x", ("de", "sms", "y"), language="en")
    make_quick_reply("E german", "x", language="de-DE")
    found = titles(agent, language="de", channel_kind="email")
    assert found == ["B any", "C variant", "E german", "A english", "D other channel"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("late", ["Parcel is on its way", "Late delivery", "Sorry, late again", "Weather"]),
        ("/late", ["Parcel is on its way", "Late delivery", "Sorry, late again", "Weather"]),
        ("la", ["Parcel is on its way", "Late delivery", "Sorry, late again", "Weather"]),
        ("again sorry", ["Sorry, late again"]),
        ("delivry", ["Late delivery"]),
        ("schnee", ["Weather"]),
        ("100%", []),
        ("'; drop--", []),
        ("\x00", []),
    ],
)
def test_search_finds_shortcuts_then_titles_then_texts_then_slips(agent: Any, query: str, found: list[str]) -> None:
    make_quick_reply("Late delivery", "It will come.")
    make_quick_reply("Parcel is on its way", "Soon.", shortcut="late")
    make_quick_reply("Sorry, late again", "Oh.")
    make_quick_reply("Weather", "Snow makes us late.", ("de", "", "Schnee."))
    assert titles(agent, query=query) == found


def test_failed_move_of_several_moves_none(db: None) -> None:
    folder = QuickReplyFolder.objects.create(name="Delivery")
    first = make_quick_reply("Late", "x")
    second = make_quick_reply("Lost", "x")
    make_quick_reply("Lost", "x", folder_id=folder.pk)
    with pytest.raises(HelpdeskError):
        move_quick_replies(quick_reply_ids=[first.pk, second.pk], folder_id=folder.pk, actor=Actor.system())
    first.refresh_from_db()
    assert first.folder_id is None
