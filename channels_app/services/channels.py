"""Setting up channels."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from channels_app.models import Brand, Channel
from channels_app.registry import adapter_class
from helpdesk.common.errors import Conflict, InvalidInput


@transaction.atomic
def create_channel(
    *,
    kind: str,
    slug: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, Any],
    name: str = "",
    brand_name: str = "",
    is_demo: bool = False,
) -> Channel:
    """Create a channel from checked settings.

    Without a brand's name the first brand is taken, or one called like the channel made. Secrets that the kind can make
    up itself are made when none are given. Raises InvalidInput (with the fields at fault) and Conflict (slug taken).
    """
    form = adapter_class(kind).config_form({**config, **secrets})
    if not form.is_valid():
        fields = {field: " ".join(str(message) for message in messages) for field, messages in form.errors.items()}
        words = " ".join(f"{field}: {message}" for field, message in fields.items())
        raise InvalidInput("invalid_configuration", words, fields=fields)
    unknown = sorted((config.keys() | secrets.keys()) - form.fields.keys())
    if unknown:
        raise InvalidInput(
            "unknown_setting",
            _("A channel of this kind has no setting %(names)s.") % {"names": ", ".join(unknown)},
            fields=dict.fromkeys(unknown, "unknown"),
        )
    try:
        Channel._meta.get_field("slug").run_validators(slug)
    except ValidationError as error:
        raise InvalidInput("invalid_slug", f"slug: {' '.join(error.messages)}", fields={"slug": "invalid"}) from error
    name = name or slug.replace("-", " ").capitalize()
    channel = Channel(kind=kind, slug=slug, name=name, brand=_brand(brand_name or name, is_any=not brand_name))
    channel.is_demo = is_demo
    channel.config = form.config()
    channel.store_secrets(form.secrets({}) or form.initial_secrets())
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise Conflict(
            "slug_taken", _("There is a channel “%(slug)s” already.") % {"slug": slug}, fields={"slug": "taken"}
        ) from None
    return channel


def _brand(name: str, *, is_any: bool) -> Brand:
    first = Brand.objects.order_by("pk").first() if is_any else None
    return first or Brand.objects.get_or_create(name=name[:100])[0]
