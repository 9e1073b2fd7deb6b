"""What every part of the API shares. The names here are those that the settings load; the views' base is in ``views``.

Nothing that imports ``rest_framework.views`` may be imported here: that module loads this package while loading itself.
"""

from helpdesk.common.api.errors import answer_error
from helpdesk.common.api.paging import TotalOrderCursorPagination
from helpdesk.common.api.parsing import LimitedMultiPartParser, StrictJSONParser
from helpdesk.common.api.permissions import SIGNED_IN, ClosedPermission, StaffOnly

__all__ = [
    "SIGNED_IN",
    "ClosedPermission",
    "LimitedMultiPartParser",
    "StaffOnly",
    "StrictJSONParser",
    "TotalOrderCursorPagination",
    "answer_error",
]
