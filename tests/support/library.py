"""Prepared texts and macros for tests, written by the product itself."""

from typing import Any

from tickets.models import Macro, QuickReply
from tickets.services.actors import Actor
from tickets.services.macros import GivenMacro, create_macro
from tickets.services.quick_replies import GivenReply, GivenVariant, create_quick_reply


def make_quick_reply(
    title: str, text: str, *variants: tuple[str, str, str], actor: Any = None, **fields: Any
) -> QuickReply:
    """A quick reply for everybody, or of ``actor``; a variant is (language, kind of channel, text)."""
    scope = "personal" if actor is not None else "shared"
    given = GivenReply(
        title=title,
        text=text,
        variants=[GivenVariant(language=one[0], channel_kind=one[1], text=one[2]) for one in variants],
        **({"scope": scope} | fields),
    )
    return create_quick_reply(given=given, actor=Actor.agent(actor) if actor is not None else Actor.system())


def make_macro(name: str, *actions: dict[str, Any], **fields: Any) -> Macro:
    """A macro for everybody."""
    return create_macro(
        given=GivenMacro(name=name, actions=actions, **({"scope": "shared"} | fields)), actor=Actor.system()
    )
