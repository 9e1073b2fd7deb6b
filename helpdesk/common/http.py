"""The one way out over HTTP: no private addresses, pinned connections, a time limit for the whole call, capped answers.

Addresses are judged after resolution and the connection goes to exactly the address that was judged, for every redirect
anew. Hosts in ``HELPDESK_TRUSTED_HOSTS`` may be private.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

import httpcore2
import httpx2
from django.conf import settings

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
TOTAL_SECONDS = 60.0
MAX_ANSWER_BYTES = 25 * 1024 * 1024
MAX_REDIRECTS = 3
USER_AGENT = "Helpdesk/1.0"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ADDRESSES_TRIED = 4
# ``is_global`` calls these global although they lead to an IPv4 address of the gateway's choice or of our own network.
_TRANSLATED = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10"))
)


class HttpError(Exception):
    """A call that brought no answer.

    ``is_permanent``: trying again cannot help. ``was_sent``: some of the request left before it failed, so that the
    other side may have acted on it. The message never holds the URL's query, headers or bodies.
    """

    def __init__(self, code: str, message: str, *, is_permanent: bool = False, was_sent: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.is_permanent = is_permanent
        self.was_sent = was_sent


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    """An answer, whatever its status. Header names are lower-case; ``content`` is decompressed."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    max_bytes: int = MAX_ANSWER_BYTES,
    total_seconds: float = TOTAL_SECONDS,
) -> HttpAnswer:
    """Make one call and read its whole answer; raises HttpError.

    GET and HEAD follow at most three redirects, without the caller's headers once the host changes. Other methods
    follow none: their 3xx is an answer like any other.
    """
    deadline = monotonic() + total_seconds
    sent_headers = {"user-agent": USER_AGENT, "accept-encoding": "gzip", **(headers or {})}
    redirects_left = MAX_REDIRECTS if method in ("GET", "HEAD") else 0
    current = _parse_url(url)
    while True:
        answer = _call_once(method, current, sent_headers, content, max_bytes=max_bytes, deadline=deadline)
        target = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not target or method not in ("GET", "HEAD"):
            return answer
        if not redirects_left:
            raise HttpError("too_many_redirects", "The address redirects too often.", is_permanent=True)
        redirects_left -= 1
        followed = _parse_url(target, base=current)
        if _origin(followed) != _origin(current):
            sent_headers = {"user-agent": USER_AGENT, "accept-encoding": "gzip"}
        current = followed


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public_address(str(ip.ipv4_mapped))
        if any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve_guarded(host: str, port: int) -> list[str]:
    """The addresses of ``host`` that may be connected to. Raises HttpError when any of them is private, or none is known."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HttpError("dns", f"The name {host[:253]} cannot be resolved.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    is_trusted = host.lower().strip("[]") in {name.lower().strip("[]") for name in settings.HELPDESK_TRUSTED_HOSTS}
    if not is_trusted and not all(is_public_address(address) for address in addresses):
        raise HttpError(
            "refused_address", f"{host[:253]} leads into a private network; that is not allowed.", is_permanent=True
        )
    return addresses


def _parse_url(url: str, *, base: httpx2.URL | None = None) -> httpx2.URL:
    try:
        parsed = base.join(url) if base is not None else httpx2.URL(url)
        host = parsed.host
    except (httpx2.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        raise HttpError("invalid_url", "This is not a web address.", is_permanent=True) from error
    if parsed.scheme not in ("http", "https") or not host or parsed.userinfo or not 0 < (parsed.port or 80) < 65536:
        raise HttpError(
            "invalid_url", "Only http and https addresses without a user name are called.", is_permanent=True
        )
    return parsed


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _call_once(
    method: str,
    url: httpx2.URL,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    max_bytes: int,
    deadline: float,
) -> HttpAnswer:
    backend = _GuardedBackend(deadline)
    timeout = httpx2.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, write=READ_SECONDS, pool=CONNECT_SECONDS)
    try:
        with (
            httpx2.Client(transport=_GuardedTransport(backend), timeout=timeout, trust_env=False) as client,
            client.stream(method, url, headers=dict(headers), content=content) as response,
        ):
            body = _read_capped(response, max_bytes)
            kept = {name.lower(): value for name, value in response.headers.items()}
            return HttpAnswer(status=response.status_code, headers=kept, content=body, url=str(url))
    except HttpError as error:
        error.was_sent = error.was_sent or backend.has_written
        raise
    except httpx2.TimeoutException as error:
        raise HttpError("timeout", f"{url.host} did not answer in time.", was_sent=backend.has_written) from error
    except httpx2.ConnectError as error:
        if isinstance(error.__cause__ and error.__cause__.__cause__, ssl.SSLError):
            raise HttpError("tls", f"{url.host} has no certificate that can be trusted.") from error
        raise HttpError("connect", f"{url.host} does not take connections.") from error
    except httpx2.DecodingError as error:
        raise HttpError("invalid_answer", f"The answer of {url.host} cannot be decompressed.", was_sent=True) from error
    except (httpx2.HTTPError, httpx2.StreamError, ssl.SSLError) as error:
        raise HttpError(
            "connection_lost", f"The connection to {url.host} was lost.", was_sent=backend.has_written
        ) from error


def _read_capped(response: httpx2.Response, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    # Pieces of 16 KB on the wire: the decompressor can make at most some 16 MB of one before we look again.
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > max_bytes:
            raise HttpError(
                "too_large", f"The answer is larger than {max_bytes // (1024 * 1024)} MB.", is_permanent=True
            )
        chunks.append(chunk)
    return b"".join(chunks)


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


class _GuardedTransport(httpx2.HTTPTransport):
    """httpx's transport over a connection pool whose connections the guard makes."""

    def __init__(self, backend: "_GuardedBackend") -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_ssl_context(), network_backend=backend, max_connections=1, max_keepalive_connections=0
        )


class _GuardedBackend(httpcore2.NetworkBackend):
    """Resolves, judges and connects in one step, so that no second resolution can give another address."""

    def __init__(self, deadline: float) -> None:
        self._inner = httpcore2.SyncBackend()
        self.deadline = deadline
        self.has_written = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = resolve_guarded(host, port)[:_ADDRESSES_TRIED]
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout, socket_options)

    def _connect(
        self, address: str, port: int, timeout: float | None, socket_options: Iterable[Any] | None
    ) -> httpcore2.NetworkStream:
        stream = self._inner.connect_tcp(
            address, port, timeout=self.left(timeout, httpcore2.ConnectTimeout), socket_options=socket_options
        )
        return _DeadlineStream(stream, self)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise HttpError("invalid_url", "Only addresses of the internet are called.", is_permanent=True)

    def left(self, timeout: float | None, error: type[Exception]) -> float:
        """The seconds that a single step may take."""
        seconds = self.deadline - monotonic()
        if seconds <= 0:
            raise error("the time for the whole call is over")
        return min(timeout or READ_SECONDS, seconds)


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream whose every step ends with the whole call's deadline: one byte a second gains nobody time."""

    def __init__(self, inner: httpcore2.NetworkStream, guard: _GuardedBackend) -> None:
        self._inner = inner
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(min(max_bytes, 16 * 1024), self._guard.left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._guard.has_written = True
        self._inner.write(buffer, self._guard.left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = self._guard.left(timeout, httpcore2.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, left), self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
