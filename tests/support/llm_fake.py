"""A language model behind an interface in the shape of OpenAI's chat completions: it checks the key, and answers what it is told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

KEY = "sk-test"


class LLMFake:
    """``says`` makes the text from the messages; ``status`` other than 200 and ``raw`` take its place."""

    def __init__(self, http: HttpFake) -> None:
        self.http = http
        self.says: Callable[[list[dict[str, str]]], str] = lambda messages: "Hello."
        self.status = 200
        self.raw: bytes | None = None
        self.writes: Callable[[Callable[[bytes], object]], None] | None = None
        http.answer = self._answer

    @property
    def url(self) -> str:
        return f"{self.http.url}/v1"

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all questions."""
        return [json.loads(call.body) for call in self.http.calls]

    def _answer(self, call: Call) -> Reply:
        if call.path != "/v1/chat/completions" or call.headers.get("authorization") != f"Bearer {KEY}":
            return self._error(401, "invalid_api_key")
        if self.status != 200:
            return self._error(self.status, {429: "rate_limit_exceeded"}.get(self.status, "server_error"))
        if self.writes is not None:
            return Reply(write=self.writes)
        if self.raw is not None:
            return Reply(body=self.raw)
        text = self.says(json.loads(call.body)["messages"])
        usage = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        body = {"id": "chatcmpl-1", "object": "chat.completion", "model": "test", "choices": [choice], "usage": usage}
        return Reply(body=json.dumps(body).encode(), headers={"content-type": "application/json"})

    def _error(self, status: int, code: str) -> Reply:
        return Reply(status=status, body=json.dumps({"error": {"message": code, "type": code, "code": code}}).encode())


@contextmanager
def running_llm_fake() -> Iterator[LLMFake]:
    """Serve on a free port of the loopback."""
    with running_http_fake() as http:
        yield LLMFake(http)
