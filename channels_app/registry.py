"""Which kinds of channels there are: dotted paths in the settings, loaded on first use."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import ChannelAdapter
from helpdesk.common.errors import InvalidInput

# Kinds of addresses that several channels share.
IDENTITY_LABELS = {"phone": _("Phone number"), "email": _("E-mail")}

if TYPE_CHECKING:
    from channels_app.models import Channel


@lru_cache(maxsize=64)
def _load(path: str) -> type[ChannelAdapter]:
    adapter_class: type[ChannelAdapter] = import_string(path)
    return adapter_class


def kinds() -> list[str]:
    """Every declared kind, in the order of the settings."""
    return list(settings.HELPDESK_CHANNEL_ADAPTERS)


def adapter_class(kind: str) -> type[ChannelAdapter]:
    """The adapter class of a kind. Raises InvalidInput for one that nobody declared."""
    try:
        return _load(settings.HELPDESK_CHANNEL_ADAPTERS[kind])
    except KeyError:
        known = ", ".join(kinds())
        raise InvalidInput(
            "unknown_kind", f"There is no channel kind “{kind}”. Known: {known}.", fields={"kind": "unknown"}
        ) from None


def adapter_for(channel: "Channel") -> ChannelAdapter:
    """The adapter of one stored channel, its secrets decrypted."""
    return adapter_class(channel.kind)(channel.as_config())


def kind_choices() -> list[tuple[str, str]]:
    """(kind, label) for forms."""
    return [(kind, str(adapter_class(kind).label)) for kind in kinds()]


def identity_kind_choices() -> list[tuple[str, str]]:
    """(identity kind, label), each once."""
    classes = [adapter_class(kind) for kind in kinds()]
    labels = {one.identity_kind: str(IDENTITY_LABELS.get(one.identity_kind, one.label)) for one in classes}
    for one in classes:
        labels |= {kind: str(label) for kind, label in one.other_identity_kinds.items()}
    return list(labels.items())
