"""Google's Business Profile API as far as we use it: OAuth, pages of reviews, one answer a review, quotas."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

LOCATION = "accounts/111/locations/222"
SECRETS = {"client_secret": "google-secret", "refresh_token": "refresh-1"}
CLIENT_ID = "client-1.apps.googleusercontent.com"
_REVIEW = re.compile(rf"/v4/({LOCATION}/reviews/[^/]+)(/reply)?")


@dataclass
class GoogleReviewsFake:
    """``reviews`` by name; the list is given newest change first, ``page_size`` at a time. ``refuse_next``: (status, word)."""

    http: HttpFake
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = "access-1"
    tokens_given: int = 0
    page_size: int = 50
    refuse_next: list[tuple[int, str]] = field(default_factory=list)
    page_tokens: dict[str, int] = field(default_factory=dict)
    lists: int = 0

    @property
    def config(self) -> dict[str, Any]:
        return {
            "location": LOCATION,
            "client_id": CLIENT_ID,
            "place_url": "https://maps.example/acme",
            "base_url": f"{self.http.url}/v4",
            "token_url": f"{self.http.url}/token",
        }

    def write(
        self, review_id: str, *, stars: str = "TWO", comment: str = "Cold soup.", at: str, name: str = "Carla Cruz"
    ) -> str:
        """An author writes or changes a review; returns its name."""
        full = f"{LOCATION}/reviews/{review_id}"
        earlier = self.reviews.get(full, {"createTime": at})
        self.reviews[full] = earlier | {
            "name": full,
            "reviewId": review_id,
            "reviewer": {"displayName": name},
            "starRating": stars,
            "comment": comment,
            "updateTime": at,
        }
        return full

    def answer(self, call: Call) -> Reply:
        address = urlsplit(call.path)
        if address.path == "/token":
            return self._give_token({key: values[0] for key, values in parse_qs(call.body.decode()).items()})
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return _refusal(401, "UNAUTHENTICATED")
        if self.refuse_next:
            return _refusal(*self.refuse_next.pop(0))
        path = unquote(address.path)
        if path == f"/v4/{LOCATION}/reviews":
            return self._list({key: values[0] for key, values in parse_qs(address.query).items()})
        found = _REVIEW.fullmatch(path)
        if found is None or found[1] not in self.reviews:
            return _refusal(404, "NOT_FOUND")
        return self._reply(call, self.reviews[found[1]]) if found[2] else _json(self.reviews[found[1]])

    def _give_token(self, form: dict[str, str]) -> Reply:
        wanted = {"client_id": CLIENT_ID, **SECRETS, "grant_type": "refresh_token"}
        if form != wanted:
            return _json(
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, status=400
            )
        self.tokens_given += 1
        return _json({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _list(self, query: dict[str, str]) -> Reply:
        if query.get("orderBy") != "updateTime desc" or int(query.get("pageSize", "0")) > 50:
            return _refusal(400, "INVALID_ARGUMENT")
        token = query.get("pageToken", "")
        if token and token not in self.page_tokens:
            return _refusal(400, "INVALID_ARGUMENT")
        self.lists += 1
        start = self.page_tokens.get(token, 0)
        ordered = sorted(self.reviews.values(), key=lambda review: str(review["updateTime"]), reverse=True)
        page: dict[str, Any] = {"reviews": ordered[start : start + self.page_size], "totalReviewCount": len(ordered)}
        if start + self.page_size < len(ordered):
            page["nextPageToken"] = f"page-{start + self.page_size}-{self.lists}"
            self.page_tokens[page["nextPageToken"]] = start + self.page_size
        return _json(page)

    def _reply(self, call: Call, review: dict[str, Any]) -> Reply:
        if call.method == "DELETE":
            review.pop("reviewReply", None)
            return _json({})
        comment = json.loads(call.body).get("comment", "")
        if call.method != "PUT" or not comment or len(comment.encode()) > 4096:
            return _refusal(400, "INVALID_ARGUMENT")
        review["reviewReply"] = {"comment": comment, "updateTime": datetime.now(tz=UTC).isoformat()}
        return _json(review["reviewReply"])


def _json(value: dict[str, Any], *, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"content-type": "application/json"})


def _refusal(status: int, word: str) -> Reply:
    return _json({"error": {"code": status, "message": f"Refused: {word}", "status": word}}, status=status)


@contextmanager
def running_google_reviews_fake() -> Iterator[GoogleReviewsFake]:
    """Serve until the block ends. The caller trusts 127.0.0.1 through HELPDESK_TRUSTED_HOSTS."""
    with running_http_fake() as http:
        fake = GoogleReviewsFake(http=http)
        http.answer = fake.answer
        yield fake
