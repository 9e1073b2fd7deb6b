"""Who reads the help pages, as digests, and which requests may write."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest

from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check
from tickets.services.help_visits import digests_of, judge_of

WRITES_A_MINUTE = 30
SEARCHES_A_MINUTE = 60
# They fetch pages, scripts included, and read nothing.
_ROBOT = re.compile(r"bot|crawl|spider|slurp|preview|monitor|lighthouse|headless", re.IGNORECASE)


def digests(request: HttpRequest) -> list[str]:
    """The visitor of today and of yesterday; see services/help_visits.py."""
    return digests_of(address=address_for_limits(request), browser=_browser(request))


def judge(request: HttpRequest, translation_id: int) -> str:
    """Whoever judges this article, whenever."""
    return judge_of(translation_id=translation_id, address=address_for_limits(request), browser=_browser(request))


def is_robot(request: HttpRequest) -> bool:
    """Whether the browser says that it is none."""
    return not _browser(request) or bool(_ROBOT.search(_browser(request)))


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent the request, as browsers say of every POST.

    It stands for a CSRF token, which needs a cookie. Nothing rides on anybody's rights here: what it keeps out are other sites that would
    have their readers vote.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def count_write(request: HttpRequest) -> None:
    """One more POST of this network. Raises TooManyRequests."""
    count_and_check(f"help:{address_for_limits(request)}", limit=WRITES_A_MINUTE, window_seconds=60)


def count_search(request: HttpRequest) -> None:
    """One more search of this network. Raises TooManyRequests."""
    count_and_check(f"help_search:{address_for_limits(request)}", limit=SEARCHES_A_MINUTE, window_seconds=60)


def _browser(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
