"""Who calls the API: a key in the ``Authorization`` header, or else the session of the admin."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from helpdesk.accounts.models import ApiKey, User
from helpdesk.accounts.services import find_api_key, note_key_use
from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check

FAILURES_PER_MINUTE = 20


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer hd_<prefix>_<secret>``. Nowhere else: addresses end up in logs.

    One answer for every reason why a key is no good; more than 20 wrong keys a minute from one address are 429.
    """

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        header = authentication.get_authorization_header(request).decode("latin-1")
        keyword, _blank, text = header.partition(" ")
        if keyword.lower() != self.keyword.lower():
            return None
        key = find_api_key(text.strip())
        if key is None:
            count_and_check(f"api-key:{address_for_limits(request)}", limit=FAILURES_PER_MINUTE, window_seconds=60)
            raise exceptions.AuthenticationFailed(_("This API key is not valid."))
        note_key_use(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document names it."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made by `manage.py create_api_key`."}
