"""What stands around an SDK in its suite: the servers under test, plain requests that
set the scene through the native API, and the last drop of a key's allowance."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

POLL_SECONDS = 0.01
# Five seconds of polls and more: an allowance of one call a second comes back long before.
POLLS_MAX = 500
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Server:
    url: str
    api_key: str


@dataclass(frozen=True)
class Reply:
    """What came back from one call; `error` is the exception when the SDK raised."""

    status: int
    headers: dict
    body: Any
    error: Any = field(default=None, compare=False)


SERVER = Server(os.environ["PARLOUR_URL"], os.environ["PARLOUR_API_KEY"])
# A second server, whose keys may make one call a second.
SLOW_SERVER = Server(os.environ["PARLOUR_SLOW_URL"], os.environ["PARLOUR_SLOW_API_KEY"])


# Every test has visitors and e-mails of its own, so that none depends on another.
def fresh_visitor_id():
    return f"visitor-{uuid.uuid4()}"


def fresh_email():
    return f"liz-{uuid.uuid4()}@example.com"


def find_owner():
    agents = native("GET", "/api/v1/agents")["items"]
    return next(agent for agent in agents if not agent["isDummy"])


def create_group(*agent_ids):
    group = {"name": f"Sales {uuid.uuid4()}", "agentIds": agent_ids, "isPrivate": False}
    return native("POST", "/api/v1/groups", group)


def find_agent(agent_id):
    return native("GET", f"/api/v1/agents/{agent_id}")


def send_as_visitor(visitor_id, text):
    """Only the native API lets a program speak as the visitor."""
    path = f"/api/v1/visitors/{urllib.parse.quote(visitor_id, safe='')}/messages"
    return native("POST", path, {"text": text})


def spend_allowance():
    """Spends the slow server's allowance and gives back the refusal.

    The allowance is spent right after it came back, so that the SDK's call, made next,
    is refused too and has nearly a whole second to wait.
    """
    _request_until(429)
    _request_until(404)
    return _request_until(429)


def _request_until(status):
    def find():
        reply = _request(SLOW_SERVER, "GET", "/v3/conversations/messages/unknown")
        return reply if reply.status == status else None

    return eventually(f"an answer of {status}", find)


def eventually(what, find):
    """Asks until the answer is there."""
    for _ in range(POLLS_MAX):
        found = find()
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"{what} never came")


def native(method, path, body=None):
    """A call of the native API, which must succeed."""
    reply = _request(SERVER, method, path, body)
    if reply.status >= 300:
        raise AssertionError(f"{method} {path} answered {reply.status}: {reply.body}")
    return reply.body


def _request(server, method, path, body=None):
    request = urllib.request.Request(
        server.url + path,
        method=method,
        headers={"api-key": server.api_key, "content-type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as refusal:
        response = refusal
    with response:
        text = response.read()
        return Reply(response.status, lower_names(response.headers), json.loads(text) if text else None)


def lower_names(headers):
    return {name.lower(): value for name, value in headers.items()}
