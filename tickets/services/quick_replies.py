"""Writing quick replies: their source, its variants, where they lie. The admin, the API and imports all come through here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from channels_app.registry import kinds
from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, HelpdeskError, InvalidInput, NotVisible, PermissionRefused
from helpdesk.common.text import clean_text, one_line
from tickets.models import QuickReply, QuickReplyFolder, QuickReplyVariant, Scope, Team, Topic
from tickets.policies.placeholders import check_placeholders
from tickets.selectors.library import may_write
from tickets.services.actors import Actor

LONGEST_TEXT = 20_000
LONGEST_TITLE, LONGEST_SHORTCUT, LONGEST_LANGUAGE = 120, 40, 12
MOST_VARIANTS = 100


@dataclass(frozen=True, kw_only=True)
class GivenVariant:
    """Another wording: in a language, for a kind of channel, or both."""

    language: str = ""
    channel_kind: str = ""
    text: str


@dataclass(frozen=True, kw_only=True)
class GivenReply:
    """Everything that a quick reply says. A personal one is the writer's own; ``team_id`` belongs to the scope "team"."""

    title: str
    text: str
    scope: str = Scope.PERSONAL
    team_id: int | None = None
    folder_id: int | None = None
    shortcut: str = ""
    language: str = ""
    topic_ids: Sequence[int] = ()
    variants: Sequence[GivenVariant] = ()
    is_active: bool = True


@transaction.atomic
def create_quick_reply(*, given: GivenReply, actor: Actor, is_demo: bool = False) -> QuickReply:
    """Write a new one. Raises InvalidInput with the field ("variants.2.text"), Conflict ("title_taken"), PermissionRefused."""
    given = _checked(given)
    owner_id = actor.user_id if given.scope == Scope.PERSONAL else None
    _refuse_foreign(actor, scope=given.scope, owner_id=owner_id, team_id=given.team_id)
    _refuse_taken(given, owner_id, besides=0)
    quick_reply = QuickReply(owner_id=owner_id, is_demo=is_demo)
    _store(quick_reply, given)
    return quick_reply


@transaction.atomic
def update_quick_reply(*, quick_reply_id: int, changes: Mapping[str, Any], actor: Actor) -> QuickReply:
    """Change the named parts (of GivenReply), variants as a whole. Another text or language makes variants stale that stay as they are.

    Raises NotVisible and what ``create_quick_reply`` raises.
    """
    quick_reply = _locked(quick_reply_id)
    _refuse_foreign(actor, scope=quick_reply.scope, owner_id=quick_reply.owner_id, team_id=quick_reply.team_id)
    before = quick_reply_as_given(quick_reply)
    given = _checked(replace(before, **changes))
    owner_id = quick_reply.owner_id
    if given.scope != before.scope or given.team_id != before.team_id:
        owner_id = actor.user_id if given.scope == Scope.PERSONAL else None
        _refuse_foreign(actor, scope=given.scope, owner_id=owner_id, team_id=given.team_id)
    _refuse_taken(given, owner_id, besides=quick_reply.pk)
    if given != before:
        quick_reply.owner_id = owner_id
        _store(quick_reply, given)
    return quick_reply


@transaction.atomic
def delete_quick_reply(*, quick_reply_id: int, actor: Actor) -> None:
    """Remove one with its variants. Raises NotVisible, PermissionRefused, Conflict while a macro answers with it."""
    quick_reply = _locked(quick_reply_id)
    _refuse_foreign(actor, scope=quick_reply.scope, owner_id=quick_reply.owner_id, team_id=quick_reply.team_id)
    try:
        quick_reply.delete()
    except ProtectedError as error:
        names = ", ".join(sorted(str(macro) for macro in error.protected_objects)[:5])
        text = _("Macros answer with it: %(names)s. Give them another answer first.") % {"names": names}
        raise Conflict("quick_reply_in_use", text) from error


@transaction.atomic
def move_quick_replies(*, quick_reply_ids: Collection[int], folder_id: int | None, actor: Actor) -> int:
    """Put them into a folder (None: into none), all or none of them; returns how many. Raises as ``update_quick_reply`` does."""
    for pk in sorted(set(quick_reply_ids)):
        update_quick_reply(quick_reply_id=pk, changes={"folder_id": folder_id}, actor=actor)
    return len(set(quick_reply_ids))


@transaction.atomic
def mark_variant_right(*, variant_id: int, actor: Actor) -> QuickReplyVariant:
    """Say that a variant is still right although its source has changed. Raises NotVisible, PermissionRefused."""
    variant = QuickReplyVariant.objects.filter(pk=variant_id).first()
    if variant is None:
        raise NotVisible("variant_not_found", _("There is no such variant."))
    quick_reply = _locked(variant.quick_reply_id)
    _refuse_foreign(actor, scope=quick_reply.scope, owner_id=quick_reply.owner_id, team_id=quick_reply.team_id)
    variant.source_version = quick_reply.version
    variant.save(update_fields=["source_version", "updated_at"])
    return variant


def check_quick_reply(*, given: GivenReply, actor: Actor, quick_reply_id: int | None = None) -> GivenReply:
    """As it would be stored, for forms: raises what writing it (in place of ``quick_reply_id``) would raise, and writes nothing."""
    given = _checked(given)
    stored = QuickReply.objects.filter(pk=quick_reply_id).first() if quick_reply_id else None
    owner_id = actor.user_id if given.scope == Scope.PERSONAL else None
    if stored is not None and (stored.scope, stored.team_id) == (given.scope, given.team_id):
        owner_id = stored.owner_id
    _refuse_foreign(actor, scope=given.scope, owner_id=owner_id, team_id=given.team_id)
    _refuse_taken(given, owner_id, besides=quick_reply_id or 0)
    return given


def quick_reply_as_given(quick_reply: QuickReply) -> GivenReply:
    """What a stored one says, in a fixed order."""
    own = {field.name for field in fields(GivenReply)} - {"topic_ids", "variants"}
    return GivenReply(
        **{name: getattr(quick_reply, name) for name in own},
        topic_ids=tuple(quick_reply.topics.order_by("pk").values_list("pk", flat=True)),
        variants=tuple(
            GivenVariant(language=variant.language, channel_kind=variant.channel_kind, text=variant.text)
            for variant in quick_reply.variants.order_by("language", "channel_kind")
        ),
    )


def _locked(quick_reply_id: int) -> QuickReply:
    quick_reply = QuickReply.objects.select_for_update().filter(pk=quick_reply_id).first()
    if quick_reply is None:
        raise NotVisible("quick_reply_not_found", _("There is no such quick reply."))
    found: QuickReply = quick_reply
    return found


def _refuse_foreign(actor: Actor, *, scope: str, owner_id: int | None, team_id: int | None) -> None:
    """Raise PermissionRefused where a person may not write this; the product itself may."""
    if actor.kind == "system":
        return
    user = User.objects.filter(pk=actor.user_id).first()
    if user is None or not may_write(user, "quickreply", scope=scope, owner_id=owner_id, team_id=team_id):
        raise PermissionRefused("not_yours_to_write", _("Your role does not let you write this for others."))


def _checked(given: GivenReply) -> GivenReply:
    given = replace(
        given,
        title=one_line(given.title),
        text=clean_text(given.text).strip(),
        shortcut=one_line(given.shortcut).removeprefix("/").strip(),
        language=given.language.strip(),
        team_id=given.team_id if given.scope == Scope.TEAM else None,
        topic_ids=tuple(sorted(set(given.topic_ids))),
        variants=tuple(_tidied(variant) for variant in given.variants),
    )
    _check_lengths(given)
    _check_text(given.text, "text")
    for place, variant in enumerate(given.variants):
        _check_variant(variant, f"variants.{place}")
    forms = [(variant.language, variant.channel_kind) for variant in given.variants]
    if len(set(forms)) < len(forms) or len(forms) > MOST_VARIANTS:
        raise _wrong("variants", _("There is one variant for each language and kind of channel."))
    _check_places(given)
    return replace(given, variants=tuple(sorted(given.variants, key=lambda one: (one.language, one.channel_kind))))


def _tidied(variant: GivenVariant) -> GivenVariant:
    return GivenVariant(
        language=variant.language.strip(),
        channel_kind=variant.channel_kind.strip(),
        text=clean_text(variant.text).strip(),
    )


def _check_lengths(given: GivenReply) -> None:
    if not given.title or len(given.title) > LONGEST_TITLE:
        raise _wrong("title", _("Write 1 to %(most)d characters.") % {"most": LONGEST_TITLE})
    if len(given.shortcut) > LONGEST_SHORTCUT or any(letter.isspace() for letter in given.shortcut):
        raise _wrong(
            "shortcut", _("A shortcut is one word of at most %(most)d characters.") % {"most": LONGEST_SHORTCUT}
        )
    if len(given.language) > LONGEST_LANGUAGE:
        raise _wrong("language", _("A language is a code such as de or pt-BR."))


def _check_text(text: str, field: str) -> None:
    if not text or len(text) > LONGEST_TEXT:
        raise _wrong(field, _("Write 1 to %(most)d characters.") % {"most": LONGEST_TEXT})
    check_placeholders(text, field=field)


def _check_variant(variant: GivenVariant, place: str) -> None:
    if not variant.language and not variant.channel_kind:
        raise _wrong(f"{place}.language", _("A variant is for a language, for a kind of channel, or both."))
    if len(variant.language) > LONGEST_LANGUAGE:
        raise _wrong(f"{place}.language", _("A language is a code such as de or pt-BR."))
    if variant.channel_kind and variant.channel_kind not in kinds():
        raise _wrong(f"{place}.channel_kind", _("There is no such kind of channel."))
    _check_text(variant.text, f"{place}.text")


def _check_places(given: GivenReply) -> None:
    if given.scope not in Scope.values:
        raise _wrong("scope", _("It is for one person, a team or everybody."))
    if given.scope == Scope.TEAM and not Team.objects.filter(pk=given.team_id or 0).exists():
        raise _wrong("team_id", _("Choose the team that it is for."))
    if given.folder_id is not None and not QuickReplyFolder.objects.filter(pk=given.folder_id).exists():
        raise _wrong("folder_id", _("There is no such folder."))
    if given.topic_ids and Topic.objects.filter(pk__in=given.topic_ids).count() < len(given.topic_ids):
        raise _wrong("topic_ids", _("There is no such topic."))


def _refuse_taken(given: GivenReply, owner_id: int | None, *, besides: int) -> None:
    beside = QuickReply.objects.exclude(pk=besides).filter(
        Q(scope=given.scope, owner_id=owner_id, team_id=given.team_id)
    )
    if beside.filter(Q(folder_id=given.folder_id) & Q(title=given.title)).exists():
        raise Conflict("title_taken", _("There is one of this title in the folder already."), fields={"title": "taken"})
    if given.shortcut and beside.filter(shortcut=given.shortcut).exists():
        text = _("Another quick reply has this shortcut already.")
        raise Conflict("shortcut_taken", text, fields={"shortcut": "taken"})


def _store(quick_reply: QuickReply, given: GivenReply) -> None:
    is_new = quick_reply.pk is None
    if not is_new and (quick_reply.text, quick_reply.language) != (given.text, given.language):
        quick_reply.version += 1
    for name in ("title", "text", "scope", "team_id", "folder_id", "shortcut", "language", "is_active"):
        setattr(quick_reply, name, getattr(given, name))
    quick_reply.save()
    quick_reply.topics.set(given.topic_ids)
    _store_variants(quick_reply, given.variants)


def _store_variants(quick_reply: QuickReply, variants: Sequence[GivenVariant]) -> None:
    """A wording that is written anew is of the source's present version; one that stays keeps the version it was written for."""
    stored = {(variant.language, variant.channel_kind): variant for variant in quick_reply.variants.all()}
    for given in variants:
        variant = stored.pop((given.language, given.channel_kind), None)
        if variant is not None and variant.text == given.text:
            continue
        variant = variant or QuickReplyVariant(
            quick_reply=quick_reply, language=given.language, channel_kind=given.channel_kind
        )
        variant.text, variant.source_version = given.text, quick_reply.version
        variant.save()
    for variant in stored.values():
        variant.delete()


def _wrong(field: str, text: str) -> HelpdeskError:
    return InvalidInput("invalid_quick_reply", text, fields={field: text})
