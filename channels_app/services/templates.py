"""Message templates: our copy of what the provider has approved."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Can, Template, TemplateChanged
from channels_app.models import Channel, MessageTemplate
from channels_app.registry import adapter_class, adapter_for, kinds
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError, NotVisible, Unprocessable
from helpdesk.common.text import clean_text, one_line

logger = logging.getLogger(__name__)

_CHANGING = ("external_id", "category", "body", "variables", "provider_status", "reason", "synced_at")


class ProviderRefused(HelpdeskError):
    """The provider did not answer as it should."""

    status = 502


def sync_channel_templates(*, channel_id: int) -> int:
    """Make our copy equal to the provider's list; returns how many templates can be sent.

    What the provider names no more is kept as "gone at the provider": messages refer to it. Raises NotVisible, Unprocessable for a
    channel without templates, ProviderRefused with what to do.
    """
    channel = Channel.objects.select_related("brand").filter(pk=channel_id).first()
    if channel is None:
        raise NotVisible("no_such_channel", _("There is no such channel."))
    if Can.TEMPLATES not in adapter_class(channel.kind).can:
        raise Unprocessable("no_templates", _("Channels of this kind have no templates."))
    adapter = adapter_for(channel)
    try:
        templates = adapter.sync_templates()
    except AdapterError as error:
        raise ProviderRefused(error.code, error.message) from error
    finally:
        adapter.close()
    return _keep(channel, templates)


@transaction.atomic
def _keep(channel: Channel, templates: list[Template]) -> int:
    """Write the list over our copy; two syncs at once wait for each other."""
    Channel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    moment = now()
    rows = {
        (template.name, template.language): MessageTemplate(
            channel=channel,
            name=one_line(template.name)[:512],
            language=one_line(template.language)[:20],
            external_id=template.external_id[:100],
            category=one_line(template.category)[:40],
            body=clean_text(template.body),
            variables=[name[:100] for name in template.variables],
            provider_status=template.status,
            reason=one_line(template.reason)[:500],
            synced_at=moment,
        )
        for template in templates
    }
    MessageTemplate.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        update_fields=_CHANGING,
        unique_fields=("channel", "name", "language"),
        batch_size=500,
    )
    gone = MessageTemplate.objects.filter(channel=channel).exclude(synced_at=moment)
    gone.update(provider_status=MessageTemplate.Status.DISABLED, synced_at=moment)
    return sum(row.provider_status == MessageTemplate.Status.APPROVED for row in rows.values())


def sync_all_templates() -> int:
    """Sync every active channel that has templates (nightly); returns how many channels that worked for.

    One provider that refuses holds up no other; a trial channel has nobody to ask.
    """
    able = [kind for kind in kinds() if Can.TEMPLATES in adapter_class(kind).can]
    channels = Channel.objects.filter(kind__in=able, is_active=True, is_simulated=False).order_by("pk")
    return sum(_sync_quietly(channel_id) for channel_id in channels.values_list("pk", flat=True))


def _sync_quietly(channel_id: int) -> bool:
    try:
        sync_channel_templates(channel_id=channel_id)
    except HelpdeskError as error:
        logger.warning("the templates of channel %s could not be read: %s", channel_id, error.code)
        return False
    return True


def record_template_state(*, channel_id: int, change: TemplateChanged) -> bool:
    """Keep what the provider decided on one template; False where it is not here yet. Call inside a transaction."""
    known = MessageTemplate.objects.filter(channel_id=channel_id, name=change.name, language=change.language)
    return bool(known.update(provider_status=change.status, reason=one_line(change.reason)[:500]))
