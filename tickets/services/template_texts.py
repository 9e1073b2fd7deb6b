"""Approved templates in our messages: looked up, filled in, and kept as details."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import TemplateUse
from channels_app.models import Channel, MessageTemplate
from helpdesk.common.errors import Unprocessable

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}")


def template_text(channel: Channel, use: TemplateUse) -> str:
    """What the customer reads when the template is sent. Raises Unprocessable ("unknown_template", "open_placeholder")."""
    template = _find_template(channel, use)
    _check_values(template, use)
    return fill_template(template, dict(zip(template.variables, use.variables, strict=False)))


def fill_template(template: MessageTemplate, values: Mapping[str, str]) -> str:
    """The text of a template with the values put in, once and literally; a variable without a value stays as it is written."""
    return _VARIABLE.sub(lambda found: values.get(found.group(1)) or found.group(0), template.body)


def template_details(channel: Channel, use: TemplateUse) -> dict[str, Any]:
    """What a message keeps of its template. Raises as ``template_text`` does."""
    template = _find_template(channel, use)
    _check_values(template, use)
    return {
        "name": use.name,
        "language": use.language,
        "variables": list(use.variables),
        "names": list(template.variables),
    }


def _find_template(channel: Channel, use: TemplateUse) -> MessageTemplate:
    template = MessageTemplate.objects.filter(channel=channel, name=use.name, language=use.language).first()
    if template is None or template.provider_status != MessageTemplate.Status.APPROVED:
        raise Unprocessable(
            "unknown_template",
            _("There is no approved template of this name and language."),
            fields={"template": "unknown"},
        )
    return template


def _check_values(template: MessageTemplate, use: TemplateUse) -> None:
    if len(use.variables) != len(template.variables) or not all(value.strip() for value in use.variables):
        raise Unprocessable(
            "open_placeholder", _("Fill in every variable of the template."), fields={"template": "variables"}
        )
