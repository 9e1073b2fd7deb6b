"""The quick replies and macros of the demo, written through the services, with how often the team has used them."""

from datetime import timedelta
from typing import Any

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.demo.content.quick_replies import MACROS, REPLIES, DemoReply
from tickets.models import Macro, QuickReply, QuickReplyFolder, QuickReplyUse, Team
from tickets.services.actors import Actor
from tickets.services.macros import GivenMacro, create_macro
from tickets.services.quick_replies import GivenReply, GivenVariant, create_quick_reply, update_quick_reply


def write_quick_replies(agent: User) -> None:
    """All of them for everybody, marked as demo. Where somebody has written one of the same name, his stays."""
    for place, demo in enumerate(REPLIES):
        if not QuickReply.objects.filter(scope="shared", shortcut=demo.shortcut).exists():
            _pretend_uses(_write(demo), demo.uses, agent, place)
    _let_one_turn_stale()
    for demo_macro in MACROS:
        if Macro.objects.filter(scope="shared", name=demo_macro.name).exists():
            continue
        answer = QuickReply.objects.filter(title=demo_macro.reply, is_demo=True).first() if demo_macro.reply else None
        given = GivenMacro(
            name=demo_macro.name,
            scope="shared",
            quick_reply_id=answer.pk if answer is not None else None,
            actions=[_with_key(action) for action in demo_macro.actions],
            status_after=demo_macro.status_after,
        )
        create_macro(given=given, actor=Actor.system(), is_demo=True)


def _write(demo: DemoReply) -> QuickReply:
    folder = None
    if demo.folder:
        folder, is_new = QuickReplyFolder.objects.get_or_create(parent=None, name=demo.folder)
        if is_new:
            QuickReplyFolder.objects.filter(pk=folder.pk).update(is_demo=True)
    (language, text), *others = demo.texts.items()
    variants = [GivenVariant(language=code, text=wording) for code, wording in others]
    variants += [GivenVariant(channel_kind=kind, text=demo.short) for kind in ("sms", "whatsapp") if demo.short]
    given = GivenReply(
        title=demo.title,
        text=text,
        scope="shared",
        folder_id=folder.pk if folder is not None else None,
        shortcut=demo.shortcut,
        language=language,
        variants=variants,
    )
    return create_quick_reply(given=given, actor=Actor.system(), is_demo=True)


def _pretend_uses(quick_reply: QuickReply, uses: int, agent: User, place: int) -> None:
    at = now() - timedelta(hours=3 * place + 1)
    QuickReply.objects.filter(pk=quick_reply.pk).update(use_count=uses, last_used_at=at)
    QuickReplyUse.objects.create(user=agent, quick_reply=quick_reply, last_used_at=at, use_count=uses // 2 + 1)


def _let_one_turn_stale() -> None:
    """So that the list shows what a stale variant looks like."""
    reply = QuickReply.objects.filter(shortcut="invoice", is_demo=True).first()
    if reply is not None and reply.version == 1:
        text = f"{reply.text} Shall we send it to another address as well?"
        update_quick_reply(quick_reply_id=reply.pk, changes={"text": text}, actor=Actor.system())


def _with_key(action: dict[str, Any]) -> dict[str, Any]:
    """Teams are named in the content, and are keys in actions."""
    if action["do"] != "assign_team":
        return action
    return action | {"to": Team.objects.get(name=action["to"]).pk}
