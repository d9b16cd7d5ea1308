#!/usr/bin/env python3
"""Chats as a visitor in a terminal: a whole client of the live protocol, made from PROTOCOL.md alone.

    pip install -r examples/requirements.txt
    python3 examples/visitor.py http://127.0.0.1:8080 WIDGET_ID

What you type is sent when you press Enter; what is said appears as it comes. The visitor's token and what was not
acknowledged yet are kept in a file (--state), so that the chat goes on where it was, and nothing typed is lost, even
when this program is killed. R1 to R6 are the rules of PROTOCOL.md.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import websockets

HEARTBEAT_SECONDS = 25
DEAD_AFTER_SECONDS = 75
WAIT_SECONDS_MAX = 30
RESEND_SECONDS_MAX = 60
GIVE_UP_SECONDS = 24 * 3600
STOPPING_CLOSES = {4003, 4400, 4409, 1002, 1003, 1007, 1009}


class Visitor:
    """One visitor: a session, a place in the conversation, and an outbox."""

    def __init__(self, server, widget_id, state_file):
        self.server = server.rstrip("/")
        self.widget_id = widget_id
        self.state_file = state_file
        state = json.loads(state_file.read_text()) if state_file.exists() else {}
        self.token = state.get("token")
        self.outbox = state.get("outbox", [])
        self.channel = None
        self.epoch = None
        self.cursor = None
        self.kept = {}
        self.is_asking = False
        self.socket = None
        self.wait_seconds = 0
        self.failures = 0
        self.refused = asyncio.Event()
        self.resend_seconds = 5

    # --- the session -------------------------------------------------------------------------------------------------

    def save(self):
        """Writes the state beside the old one and puts it in its place: never half a file."""
        new = self.state_file.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"token": self.token, "outbox": self.outbox}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.state_file)

    async def open_session(self):
        session = await asyncio.to_thread(self.post_session)
        self.token = session["visitorToken"]
        self.save()
        if session["conversationId"]:
            self.follow(session["conversationId"])

    def post_session(self):
        body = {"widgetId": self.widget_id}
        if self.token:
            body["visitorToken"] = self.token
        request = urllib.request.Request(
            f"{self.server}/live/session", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def follow(self, conversation_id):
        channel = f"c:{conversation_id}"
        if self.channel != channel:
            self.channel, self.cursor, self.kept = channel, None, {}

    # --- the connection ----------------------------------------------------------------------------------------------

    async def run(self):
        """R6: comes back after a random time that grows, or after what the server asked for."""
        while True:
            try:
                await self.open_session()
                await self.connect()
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise SystemExit(f"the server refuses: {error.code} {error.read().decode()}") from error
            except (OSError, websockets.InvalidHandshake):
                pass
            except websockets.ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                if code in STOPPING_CLOSES:
                    raise SystemExit(f"the server ended this: {code}") from closed
                if code == 4010:
                    self.cursor = None
            self.socket = None
            ceiling = min(WAIT_SECONDS_MAX, 0.5 * 2**self.failures)
            self.failures += 1
            await asyncio.sleep(self.wait_seconds + random.uniform(0, ceiling))
            self.wait_seconds = 0

    async def connect(self):
        address = self.server.replace("http", "ws", 1) + "/live"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with websockets.connect(address, additional_headers=headers, ping_interval=None) as socket:
            self.socket, self.is_asking = socket, False
            tasks = [asyncio.create_task(work(socket)) for work in (self.listen, self.beat, self.resend)]
            done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in others:
                task.cancel()
            for task in done:
                task.result()

    async def listen(self, socket):
        while True:
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), DEAD_AFTER_SECONDS))
            except TimeoutError:
                await socket.close()
                continue
            await self.on_frame(frame)

    async def beat(self, socket):
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS + random.uniform(-5, 5))
            await socket.send(json.dumps({"t": "hb"}))

    async def resend(self, socket):
        """R4: says everything again that was not acknowledged: less and less often, or when the server asked for it."""
        pause = 5
        while True:
            self.refused = asyncio.Event()
            try:
                await asyncio.wait_for(self.refused.wait(), pause)
                await asyncio.sleep(self.resend_seconds)
            except TimeoutError:
                pause = min(pause * 2, RESEND_SECONDS_MAX)
            for entry in list(self.outbox):
                if time.time() - entry["at"] > GIVE_UP_SECONDS:
                    self.drop(entry["cid"])
                    show(f"not sent: {entry['text']}")
                else:
                    await self.write(entry)

    # --- what comes --------------------------------------------------------------------------------------------------

    async def on_frame(self, frame):
        kind = frame.get("t")
        if kind == "hello":
            self.failures = 0
            if self.epoch not in (None, frame["epoch"]):
                self.cursor = None
            self.epoch = frame["epoch"]
            await self.ask({"t": "sub", "ch": "me"})
            if self.channel:
                await self.subscribe()
            for entry in self.outbox:
                await self.write(entry)
        elif kind == "subok" and frame["ch"] == self.channel:
            await self.catch_up(frame)
        elif kind == "subok" and frame["ch"] == "me" and frame.get("conversationId"):
            await self.discover(f"c:{frame['conversationId']}")
        elif kind == "ev" and frame["ch"] == self.channel:
            await self.on_event(frame)
        elif kind == "hb":
            for channel, head in frame["heads"].items():
                if channel != self.channel:
                    await self.discover(channel)
                elif self.cursor is not None and head > self.cursor:
                    await self.more()
        elif kind == "ack":
            self.drop(frame["cid"])
            await self.discover(frame["ch"])
        elif kind == "nack" and frame.get("cid") and frame["final"]:
            self.drop(frame["cid"])
            show(f"refused: {frame['message']}")
        elif kind == "nack" and frame.get("cid"):
            self.resend_seconds = frame.get("retryAfter", 5)
            self.refused.set()
        elif kind == "eph" and frame["kind"] == "typing" and frame["data"].get("isTyping"):
            show(f"({frame['data'].get('name', 'somebody')} is typing)")
        elif kind == "bye":
            self.wait_seconds = frame["retryAfter"]

    async def discover(self, channel):
        """R3: a conversation of one's own has come to be."""
        if channel.startswith("c:") and channel != self.channel:
            self.follow(channel[2:])
            await self.subscribe()

    async def subscribe(self):
        frame = {"t": "sub", "ch": self.channel}
        if self.cursor is not None:
            frame["cursor"] = f"{self.epoch}:{self.cursor}"
        self.is_asking = True
        await self.ask(frame)

    async def more(self):
        if not self.is_asking:
            self.is_asking = True
            await self.ask({"t": "more", "ch": self.channel, "cursor": f"{self.epoch}:{self.cursor}"})

    async def catch_up(self, frame):
        """R1: first what was missed, then what came meanwhile."""
        self.is_asking = False
        if frame.get("limited") or not frame["recovered"]:
            # What was shown before cannot be proven to go on: it begins anew with this page.
            if self.cursor is not None:
                show("--- the conversation begins anew ---")
            first = frame["events"][0]["seq"] if frame["events"] else frame["head"] + 1
            self.cursor = first - 1
        for event in frame["events"]:
            self.kept.setdefault(event["seq"], event)
        self.apply()
        if frame["more"] or self.kept:
            await self.more()

    async def on_event(self, event):
        """R2: in order, each once; a gap is asked for."""
        if self.cursor is None or event["seq"] > self.cursor:
            self.kept[event["seq"]] = event
        if self.cursor is not None:
            self.apply()
            if self.kept:
                await self.more()

    def apply(self):
        while (event := self.kept.pop(self.cursor + 1, None)) is not None:
            self.cursor += 1
            self.show_event(event)
        self.kept = {seq: event for seq, event in self.kept.items() if seq > self.cursor}

    def show_event(self, event):
        data = event.get("data", {})
        if event["kind"] == "message":
            name = data.get("agentName", "agent") if data["type"] == "agent" else "you"
            show(f"{name}: {data['text']}")
        elif event["kind"] == "edit":
            show(f"(changed) {data.get('agentName', 'agent')}: {data['text']}")
        elif event["kind"] == "delete":
            show("(a message was deleted)")

    # --- what goes ---------------------------------------------------------------------------------------------------

    async def say(self, text):
        """Kept before it is sent, so that it is sent again after whatever happens."""
        entry = {"cid": secrets.token_urlsafe(16), "text": text, "at": time.time()}
        self.outbox.append(entry)
        self.save()
        if self.socket:
            await self.write(entry)

    async def write(self, entry):
        channel = self.channel or "me"
        await self.ask({"t": "send", "cid": entry["cid"], "ch": channel, "data": {"text": entry["text"]}})

    def drop(self, cid):
        self.outbox = [entry for entry in self.outbox if entry["cid"] != cid]
        self.save()

    async def ask(self, frame):
        try:
            await self.socket.send(json.dumps(frame))
        except websockets.ConnectionClosed:
            # It is in the outbox, or asked for again when there is another connection.
            pass


def show(line):
    print(line, flush=True)


async def read_lines(visitor):
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        if text := line.decode().strip():
            await visitor.say(text)
    while visitor.outbox:
        await asyncio.sleep(0.1)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", help="as http://127.0.0.1:8080")
    parser.add_argument("widget_id", help="of the organization; the API shows it at /api/v1/me")
    parser.add_argument("--state", type=Path, default=Path("visitor.json"), help="where the token is kept")
    arguments = parser.parse_args()
    visitor = Visitor(arguments.server, arguments.widget_id, arguments.state)
    # The chat ends when there is nothing more to say and all of it has arrived.
    running = asyncio.create_task(visitor.run())
    typing = asyncio.create_task(read_lines(visitor))
    done, _ = await asyncio.wait({running, typing}, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
