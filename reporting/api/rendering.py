"""Reports as JSON or, with ``?format=csv``, as a file for a spreadsheet."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from helpdesk.common.cells import table


class CsvRenderer(BaseRenderer):
    """One line per row of the report; keys and labels are made harmless for spreadsheets."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        rows: list[dict[str, Any]] = data["rows"]
        header = list(rows[0]) if rows else ["key", "label", "count"]
        return table(header, [list(row.values()) for row in rows]).encode()


class DeclaredFormats(DefaultContentNegotiation):
    """``?format=`` goes before ``Accept``; a format that the view does not have is a wrong value, not a missing page."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        asked = request.query_params.get("format")
        if asked is None:
            renderer, media_type = super().select_renderer(request, renderers, format_suffix)
            return renderer, str(media_type)
        found = next((renderer for renderer in renderers if renderer.format == asked), None)
        if found is None:
            words = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": _("Give one of: %(words)s.") % {"words": words}})
        return found, str(found.media_type)
