"""What stands around an SDK in its suite: the servers under test, plain requests that
set the scene through the native API, and the last drop of a key's allowance."""

import base64
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


# A picture of one dot.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def send_files_as_visitor(visitor_id, **files):
    """Uploads files, and sends them as the visitor in one message; gives back both."""
    uploaded = [_upload(name.replace("_", "."), content) for name, content in files.items()]
    path = f"/api/v1/visitors/{urllib.parse.quote(visitor_id, safe='')}/messages"
    return native("POST", path, {"fileIds": [file["id"] for file in uploaded]}), uploaded


def _upload(name, content):
    url = f"{SERVER.url}/api/v1/files?name={urllib.parse.quote(name, safe='')}"
    headers = {"api-key": SERVER.api_key, "content-type": "application/octet-stream"}
    request = urllib.request.Request(url, content, headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        return json.loads(response.read())


def fetch(url):
    """The content behind a link, and its type."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
        return response.read(), response.headers["content-type"]


# What the browser of a visitor says of itself.
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "accept-language": "en-US,en;q=0.5",
}


def open_widget(visitor_id, page):
    """Opens the widget on a page, as the browser of a visitor does, and gives back what shows another page to it."""
    widget_id = native("GET", "/api/v1/me")["widgetId"]
    told = {"widgetId": widget_id, "visitorId": visitor_id, "page": page, "language": "en"}
    token = _live("/live/session", told)["visitorToken"]
    return lambda page: _live("/live/pages", page, {"authorization": f"Bearer {token}"})


def _live(path, body, headers=None):
    headers = {"content-type": "application/json", **BROWSER, **(headers or {})}
    request = urllib.request.Request(SERVER.url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        text = response.read()
    return json.loads(text) if text else None


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
