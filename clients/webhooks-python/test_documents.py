"""The receivers and the commands that the documents show, run as they stand there."""

import base64
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from scene import SERVER, eventually, fresh_visitor_id, native, send_as_visitor
from standardwebhooks import Webhook

TREE = Path(__file__).resolve().parents[2]
COMMAND_SECONDS_MAX = 60
# What the documents write for the place of the data.
DATA_DIR = "/var/lib/parlour"
# What a command needs to work on the data of the server under test.
PASSED_ON = ("PARLOUR_DATABASE_URL", "PARLOUR_WEBHOOKS_ALLOW_NETWORKS")


def blocks_of(path, language):
    document = (TREE / path).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)


def receivers_of(path):
    return [block for block in blocks_of(path, "python") if "standardwebhooks" in block]


class Receivers(unittest.TestCase):
    def test_the_receiver_of_the_readme(self):
        # It says less than the other: it does not look for duplicates.
        self.take_what_is_signed("README.md", knows_duplicates=False)

    def test_the_receiver_of_the_document(self):
        self.take_what_is_signed("docs/webhooks.md", knows_duplicates=True)

    def take_what_is_signed(self, path, knows_duplicates):
        [receiver] = receivers_of(path)
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        with contextlib.ExitStack() as stack:
            webhook = stack.enter_context(endpoint(url))
            lines = stack.enter_context(running(receiver, port, webhook["secret"]))
            conversation_id = send_as_visitor(fresh_visitor_id(), "Hello?")["conversationId"]
            delivery_id = delivered(webhook["id"], 1)["id"]
            line = ["conversationStarted", conversation_id, delivery_id][: 3 if knows_duplicates else 2]
            self.assertEqual(eventually("a line", lambda: lines), [" ".join(line)])

            now = datetime.now(tz=timezone.utc)
            another = "whsec_" + base64.b64encode(bytes([7] * 32)).decode()
            for secret, at in ((another, now), (webhook["secret"], now - timedelta(minutes=6))):
                self.assertEqual(post_forged(url, secret, at), 400)

            native("POST", f"/api/v1/webhooks/{webhook['id']}/deliveries/{delivery_id}/replay")
            delivered(webhook["id"], 2)
            if knows_duplicates:
                self.assertEqual(len(lines), 1)


class Commands(unittest.TestCase):
    def test_every_command_of_the_document_works(self):
        port = free_port()
        [receiver] = receivers_of("docs/webhooks.md")
        with endpoint(f"http://127.0.0.1:{port}/") as webhook, running(receiver, port, webhook["secret"]):
            send_as_visitor(fresh_visitor_id(), "Hello?")
            delivery_id = delivered(webhook["id"], 1)["id"]
            binary = Path(os.environ["PARLOUR_BINARY"])
            environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
                "PATH": f"{binary.parent}:{os.environ['PATH']}",
                "PARLOUR": SERVER.url,
                "KEY": SERVER.api_key,
                "WEBHOOK": webhook["id"],
                "DELIVERY": delivery_id,
            }
            commands = blocks_of("docs/webhooks.md", "sh")
            self.assertGreaterEqual(len(commands), 8)
            for command in commands:
                with self.subTest(command):
                    said = run(command.replace(DATA_DIR, os.environ["PARLOUR_DATA_DIR"]), environment)
                    # An error of the API is `{"code": …, "message": …}`.
                    self.assertNotIn('"code":', said)
        # The commands made some, which nobody receives.
        for webhook in native("GET", "/api/v1/webhooks")["items"]:
            native("DELETE", f"/api/v1/webhooks/{webhook['id']}")


def run(command, environment):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
    )
    if done.returncode != 0:
        raise AssertionError(f"{command}\nended with {done.returncode} and said\n{done.stdout}")
    return done.stdout


@contextlib.contextmanager
def endpoint(url):
    webhook = native("POST", "/api/v1/webhooks", {"url": url, "events": ["conversationStarted"]})
    try:
        yield webhook
    finally:
        native("DELETE", f"/api/v1/webhooks/{webhook['id']}")


@contextlib.contextmanager
def running(source, port, secret):
    """Runs a receiver until the block ends; gives the lines that it prints."""
    with tempfile.TemporaryDirectory(prefix="parlour-receiver-") as folder:
        Path(folder, "receiver.py").write_text(source)
        receiver = subprocess.Popen(
            [sys.executable, "receiver.py"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PORT": str(port), "WEBHOOK_SECRET": secret},
            stdout=subprocess.PIPE,
            # The log of requests that http.server writes.
            stderr=subprocess.DEVNULL,
            text=True,
        )
        lines = []
        reader = threading.Thread(target=read_lines, args=(receiver.stdout, lines), daemon=True)
        reader.start()
        try:
            eventually("the receiver", lambda: listens(port))
            yield lines
        finally:
            receiver.terminate()
            receiver.wait()
            reader.join()
            receiver.stdout.close()


def read_lines(pipe, lines):
    for line in pipe:
        lines.append(line.rstrip("\n"))


def delivered(webhook_id, times):
    """Waits until a receiver took a delivery as often as this."""
    path = f"/api/v1/webhooks/{webhook_id}/deliveries?status=delivered"

    def find():
        for item in native("GET", path)["items"]:
            if sum(attempt["error"] is None for attempt in item["attempts"]) == times:
                return item
        return None

    return eventually("the delivery", find)


def post_forged(url, secret, at):
    body = '{"eventName":"conversationStarted"}'
    headers = {
        "webhook-id": "forged",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("forged", at, body),
    }
    request = urllib.request.Request(url, data=body.encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=COMMAND_SECONDS_MAX) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def listens(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
