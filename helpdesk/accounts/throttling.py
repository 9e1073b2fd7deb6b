"""How often somebody may try to sign in: by account and address, by account, and by address.

Each try is counted before the password is looked at, so that parallel guesses cannot slip past; a try that succeeds
is taken back. Whether the account exists makes no difference to anything here.
"""

import hashlib
import unicodedata

from django.http import HttpRequest

from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check

WINDOW_SECONDS = 15 * 60
# One colleague who mistypes, one account under attack from everywhere, one address that tries many accounts.
LIMIT_PER_ACCOUNT_AND_ADDRESS = 8
LIMIT_PER_ACCOUNT = 100
LIMIT_PER_ADDRESS = 60


def _limits(request: HttpRequest, username: str) -> list[tuple[str, int]]:
    folded = unicodedata.normalize("NFKC", username).strip().casefold()
    account = hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()[:32]
    address = address_for_limits(request)
    return [
        (f"login:{account}:{address}", LIMIT_PER_ACCOUNT_AND_ADDRESS),
        (f"login-account:{account}", LIMIT_PER_ACCOUNT),
        (f"login-address:{address}", LIMIT_PER_ADDRESS),
    ]


def count_login_attempt(request: HttpRequest, username: str) -> None:
    """Count one try to sign in. Raises TooManyRequests when the account or the address is locked out."""
    for key, limit in _limits(request, username):
        count_and_check(key, limit=limit, window_seconds=WINDOW_SECONDS)


def forget_login_attempt(request: HttpRequest, username: str) -> None:
    """Take a counted try back: it was the owner."""
    for key, limit in _limits(request, username):
        count_and_check(key, limit=limit, window_seconds=WINDOW_SECONDS, times=-1)
