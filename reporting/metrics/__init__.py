"""The figures, one a file. ``METRICS`` maps the name in addresses to the metric."""

from helpdesk.common.errors import NotVisible
from reporting.metrics.bot_deflection import BotDeflection
from reporting.metrics.complaints import Complaints
from reporting.metrics.csat import Csat
from reporting.metrics.deflection import Deflection
from reporting.metrics.first_contact_resolution import FirstContactResolution
from reporting.metrics.first_response import FirstResponse
from reporting.metrics.handle_time import HandleTime
from reporting.metrics.help_deflection import HelpDeflection
from reporting.metrics.metric import Metric
from reporting.metrics.next_response import NextResponse
from reporting.metrics.recovery import Recovery
from reporting.metrics.resolution import Resolution
from reporting.metrics.sla import Sla
from reporting.metrics.volume import Volume

_ALL: tuple[Metric, ...] = (
    Volume(),
    FirstResponse(),
    NextResponse(),
    Resolution(),
    FirstContactResolution(),
    HandleTime(),
    Csat(),
    Recovery(),
    Complaints(),
    Sla(),
    Deflection(),
    HelpDeflection(),
    BotDeflection(),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def metric_named(name: str) -> Metric:
    """The metric of that name. Raises NotVisible for one that does not exist."""
    try:
        return METRICS[name]
    except KeyError:
        raise NotVisible("unknown_metric", "There is no such figure.") from None


__all__ = ["METRICS", "Metric", "metric_named"]
