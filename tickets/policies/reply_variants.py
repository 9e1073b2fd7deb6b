"""Which of the variants of a prepared text a customer gets. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One wording. ``language`` "" is right in any; ``channel_kind`` "" fits every channel; ``key`` is None for the source."""

    key: int | None
    language: str
    channel_kind: str
    text: str
    is_stale: bool = False


def speaks(variant_language: str, wanted: str) -> bool:
    """Whether a text in one language is right for a reader of another: the same, or the same but for the country."""
    return not variant_language or not wanted or _base(variant_language) == _base(wanted)


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def choose_variant(source: Variant, variants: Iterable[Variant], *, language: str, channel_kind: str) -> Variant:
    """The wording for a reader's language and channel: both fit, then the language, then the channel, then the source.

    A variant without a language is in its source's. Of two in the language the one for the very country wins. A third language is
    never taken: what the reader does not speak, the agent should at least have written himself.
    """
    fitting = [source, *(variant for variant in variants if variant.channel_kind in ("", channel_kind))]
    spoken = [one for one in fitting if language and _base(one.language or source.language) == _base(language)]
    if not spoken:
        spoken = [one for one in fitting if one.language in ("", source.language)]

    def fit(variant: Variant) -> tuple[bool, bool]:
        own = variant.language or source.language
        return variant.channel_kind != "", _whole(own) == _whole(language)

    return max(spoken, key=fit)


def _whole(language: str) -> str:
    return language.replace("_", "-").lower()
