"""A receiver in this process: it verifies every delivery with the official Standard Webhooks
library and reads its body with the strict types."""

import contextlib
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from own_events import OWN_EVENTS, OwnEvent
from payloads import BrevoEvent
from scene import eventually, lower_names, native
from standardwebhooks import Webhook

# A fragment comes after a second and a retry after another.
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Delivery:
    headers: dict
    text: str
    event: Any

    @property
    def id(self):
        return self.headers["webhook-id"]


class Subscription:
    """An endpoint for some events, and what arrived at it."""

    def __init__(self, events, answer=lambda delivery: 204, **endpoint):
        self.arrived = []
        self._problems = []
        self._secrets = []
        self._answer = answer
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self.webhook = native("POST", "/api/v1/webhooks", {"url": self.url, "events": events, **endpoint})
        self.trust(self.webhook["secret"])

    def end(self):
        native("DELETE", f"/api/v1/webhooks/{self.webhook['id']}")
        self._server.shutdown()
        self._server.server_close()

    def trust(self, secret):
        """From now on deliveries must be signed by this secret too."""
        with self._changed:
            self._secrets.append(secret)
            self._changed.notify_all()

    def until(self, is_enough):
        """Waits until what arrived is as wanted."""
        with self._changed:
            self._changed.wait_for(lambda: self._problems or is_enough(self.arrived), PATIENCE_SECONDS)
            if self._problems:
                raise self._problems[0]
            if not is_enough(self.arrived):
                raise AssertionError(f"this is all that arrived: {[delivery.text for delivery in self.arrived]}")

    def about(self, visitor_id, count):
        """Waits for a number of deliveries about a visitor; other tests have visitors of their own."""

        def found(arrived):
            return [delivery for delivery in arrived if visitor_of(delivery.event) == visitor_id]

        self.until(lambda arrived: len(found(arrived)) >= count)
        return found(self.arrived)

    def taken(self, delivery_id):
        """Waits until the log says that a delivery was taken, which is after its receiver knows."""
        path = f"/api/v1/webhooks/{self.webhook['id']}/deliveries?status=delivered"

        def find():
            return next((item for item in native("GET", path)["items"] if item["id"] == delivery_id), None)

        return eventually("the end of a delivery", find)

    def _receive(self, headers, body):
        with self._changed:
            # Something may happen before the answer with the secret is here.
            self._changed.wait_for(lambda: self._secrets, PATIENCE_SECONDS)
            secrets = list(self._secrets)
        try:
            delivery = Delivery(headers, body.decode(), read(body, headers, secrets))
        except Exception as problem:
            with self._changed:
                self._problems.append(problem)
                self._changed.notify_all()
            return 400
        status = self._answer(delivery)
        with self._changed:
            self.arrived.append(delivery)
            self._changed.notify_all()
        return status

    def _handler(self):
        subscription = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(subscription._receive(lower_names(self.headers), body))
                self.end_headers()

            def log_message(self, *_):
                """Nobody reads it."""

        return Handler


@contextlib.contextmanager
def subscribe(events, **more):
    """Makes an endpoint for some events until the block ends. `answer` says with which status a
    delivery is answered; what else is given goes into the endpoint."""
    subscription = Subscription(list(events), **more)
    try:
        yield subscription
    finally:
        subscription.end()


def read(body, headers, secrets):
    """Verifies a delivery by each secret, and its body by the types of contract B."""
    if headers["content-type"] != "application/json":
        raise AssertionError(headers)
    for secret in secrets:
        Webhook(secret).verify(body, headers)
    types = OwnEvent if json.loads(body)["eventName"] in OWN_EVENTS else BrevoEvent
    return types.validate_json(body)


def visitor_of(event):
    visitor = getattr(event, "visitor", None)
    return visitor and visitor.id
