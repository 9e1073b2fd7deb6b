"""The secret in a survey link: the invitation's uuid and our HMAC over it, the same on every attempt and stored nowhere."""

import enum
import re
import uuid

from django.conf import settings

from helpdesk.common.crypto import is_signed, sign_text
from surveys.models import Invitation

_PURPOSE = "survey"
_SHAPE = re.compile(r"([0-9a-f]{32})([A-Za-z0-9_-]{22})", re.ASCII)


class BadToken(enum.Enum):
    """Why a token opens nothing."""

    BROKEN = "broken"  # not the shape of a token: cut off on its way, or made up
    FORGED = "forged"  # the shape, but not our signature


def make_token(invitation: Invitation) -> str:
    """54 characters: 32 of the uuid, 22 of 128 bits of HMAC under a key of its own."""
    return invitation.uuid.hex + sign_text(invitation.uuid.hex, purpose=_PURPOSE)


def read_token(token: str) -> uuid.UUID | BadToken:
    """The uuid behind a token of ours. Costs no query, so that guessing meets no database."""
    match = _SHAPE.fullmatch(token)
    if match is None:
        return BadToken.BROKEN
    if not is_signed(match[1], match[2], purpose=_PURPOSE):
        return BadToken.FORGED
    return uuid.UUID(match[1])


def survey_url(invitation: Invitation, *, score: int | None = None) -> str:
    """The customer's link; with a score, the page opens with that score chosen."""
    url = f"{settings.SITE_URL.rstrip('/')}/survey/{make_token(invitation)}/"
    return url if score is None else f"{url}?score={score}"
