"""examples/visitor.py, which was made from PROTOCOL.md alone, chats as a visitor."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

URL = os.environ["PARLOUR_URL"]
API_KEY = os.environ["PARLOUR_API_KEY"]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "visitor.py"
SECONDS_MAX = 30


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"api-key": API_KEY, "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers), timeout=SECONDS_MAX) as answer:
        return json.load(answer)


def messages_of(conversation_id):
    return call(f"/api/v1/conversations/{conversation_id}/messages?limit=100")["items"]


class Terminal:
    """The example, as somebody sits before it."""

    def __init__(self, state):
        widget_id = call("/api/v1/me")["widgetId"]
        self.process = subprocess.Popen(
            [sys.executable, EXAMPLE, URL, widget_id, "--state", state],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def type(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def next_line(self):
        return self.lines.get(timeout=SECONDS_MAX)

    def wait_for(self, wanted):
        while (line := self.next_line()) != wanted:
            pass
        return line

    def kill(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()

    def leave(self):
        """Ctrl-D: everything typed is sent before it ends."""
        self.process.stdin.close()
        return self.process.wait(SECONDS_MAX), self.process.stderr.read()


class ExampleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = Path(folder.name, "visitor.json")
        self.agent = call("/api/v1/agents?limit=1")["items"][0]["id"]

    def conversation(self, first_text):
        for conversation in call("/api/v1/conversations?limit=100")["items"]:
            if any(message["text"] == first_text for message in messages_of(conversation["id"])):
                return conversation
        return self.fail(f"nobody wrote {first_text!r}")

    def answer(self, conversation, text):
        call(f"/api/v1/conversations/{conversation['id']}/messages", {"text": text, "agentId": self.agent})

    def test_a_visitor_asks_and_is_answered(self):
        terminal = Terminal(self.state)
        self.addCleanup(terminal.kill)
        terminal.type("Do you ship to Norway?")
        terminal.wait_for("you: Do you ship to Norway?")
        conversation = self.conversation("Do you ship to Norway?")
        self.answer(conversation, "We do, within three days.")
        self.assertEqual(terminal.next_line().partition(": ")[2], "We do, within three days.")
        terminal.type("Thanks!")
        terminal.wait_for("you: Thanks!")
        code, errors = terminal.leave()
        self.assertEqual((code, errors), (0, ""))

    def test_a_chat_goes_on_after_the_program_was_killed(self):
        terminal = Terminal(self.state)
        terminal.type("Is anybody there, number 1?")
        terminal.wait_for("you: Is anybody there, number 1?")
        conversation = self.conversation("Is anybody there, number 1?")
        terminal.kill()
        self.answer(conversation, "Sorry for the wait")
        again = Terminal(self.state)
        self.addCleanup(again.kill)
        self.assertEqual(again.next_line(), "you: Is anybody there, number 1?")
        self.assertEqual(again.next_line().partition(": ")[2], "Sorry for the wait")

    def test_everything_typed_arrives_once_and_in_order(self):
        expected = [f"line {number}" for number in range(1, 31)]
        terminal = Terminal(self.state)
        for text in expected[:10]:
            terminal.type(text)
        terminal.wait_for("you: line 1")
        # Killed with some of it on its way; what it had kept is sent by the next one.
        terminal.kill()
        kept = [entry["text"] for entry in json.loads(self.state.read_text())["outbox"]]
        again = Terminal(self.state)
        self.addCleanup(again.kill)
        conversation = self.conversation("line 1")
        written = [message["text"] for message in messages_of(conversation["id"])]
        for text in expected:
            if text not in written and text not in kept:
                again.type(text)
        code, errors = again.leave()
        self.assertEqual((code, errors), (0, ""))
        arrived = [message["text"] for message in messages_of(conversation["id"])]
        self.assertEqual(sorted(arrived), sorted(expected), "each once")
        self.assertEqual(len(arrived), len(set(arrived)))


if __name__ == "__main__":
    unittest.main()
