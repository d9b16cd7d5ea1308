"""What a receiver of Brevo's webhooks gets from Parlour, and what makes the delivery reliable."""

import base64
import time
import unittest

from own_events import OWN_EVENTS
from payloads import BREVO_EVENTS, BrevoEvent
from pydantic import ValidationError
from scene import (
    BROWSER,
    PICTURE,
    create_group,
    find_owner,
    fresh_email,
    fresh_visitor_id,
    native,
    open_widget,
    send_as_visitor,
    send_files_as_visitor,
)
from standardwebhooks import Webhook, WebhookVerificationError
from subscription import subscribe

FRAGMENTS = ["conversationFragment"]
DAY_MS = 24 * 60 * 60 * 1000
CLOCK_TOLERANCE_MS = 60_000


def push(visitor_id, text, agent_id):
    message = {"visitorId": visitor_id, "text": text, "agentId": agent_id}
    return native("POST", "/v3/conversations/pushedMessages", message)


def send(visitor_id, text, agent_id):
    message = {"visitorId": visitor_id, "text": text, "agentId": agent_id}
    return native("POST", "/v3/conversations/messages", message)


def act(conversation_id, what, body=None):
    return native("POST", f"/api/v1/conversations/{conversation_id}/{what}", body)


def told(event):
    """An event in short: its name and the texts of its messages."""
    messages = event.messages if hasattr(event, "messages") else [event.message]
    return [event.eventName, *(message.text for message in messages)]


class Chats(unittest.TestCase):
    def test_one_file_is_the_file_of_its_message_and_several_are_its_attachments(self):
        visitor_id = fresh_visitor_id()
        with subscribe(["conversationFragment", "conversationTranscript"]) as receiver:
            message, [one] = send_files_as_visitor(visitor_id, map_png=PICTURE)
            _, [two, three] = send_files_as_visitor(visitor_id, note_txt=b"text", other_png=PICTURE)
            act(message["conversationId"], "close")
            deliveries = receiver.about(visitor_id, 2)

        fragment, transcript = (delivery.event for delivery in deliveries)
        file = fragment.messages[0].file
        self.assertEqual((file.name, file.filename, file.mimeType), ("map.png", "map.png", "image/png"))
        self.assertEqual((str(file.link), str(file.url)), (one["link"], one["link"]))
        self.assertEqual(file.imageInfo.previewUrl, one["imageInfo"]["previewLink"])
        attachments = fragment.messages[1].attachments
        names = [(file.fileName, str(file.url)) for file in attachments]
        self.assertEqual(names, [("note.txt", two["link"]), ("other.png", three["link"])])
        self.assertEqual(transcript.messages[0].file, file)
        self.assertEqual(transcript.messages[1].attachments, attachments)

    def test_a_chat_is_told_from_its_start_to_its_end(self):
        agent_id, visitor_id = find_owner()["id"], fresh_visitor_id()
        with subscribe(BREVO_EVENTS) as receiver:
            push(visitor_id, "Welcome back", agent_id)
            send_as_visitor(visitor_id, "Where is my order?")
            send(visitor_id, "It is on its way.", agent_id)
            conversation_id = send_as_visitor(visitor_id, "When will it come?")["conversationId"]
            act(conversation_id, "close")
            deliveries = receiver.about(visitor_id, 6)

        self.assertEqual(
            [told(delivery.event) for delivery in deliveries],
            [
                ["conversationFragment", "Welcome back"],
                ["conversationStarted", "Where is my order?"],
                ["conversationFragment", "Where is my order?"],
                ["conversationFragment", "It is on its way."],
                ["conversationFragment", "When will it come?"],
                [
                    "conversationTranscript",
                    "Welcome back",
                    "Where is my order?",
                    "It is on its way.",
                    "When will it come?",
                ],
            ],
        )
        transcript = deliveries[-1].event
        self.assertEqual(transcript.missedMessagesCount, 1)
        self.assertEqual([message.isMissed for message in transcript.messages], [False, False, False, True])
        self.assertEqual([message.isPushed for message in transcript.messages], [True, False, False, False])
        self.assertEqual([agent.id for agent in transcript.agents], [agent_id])

        # Each has an id of its own, and says which came later.
        self.assertEqual(len({delivery.id for delivery in deliveries}), 6)
        places = [int(delivery.headers["parlour-seq"]) for delivery in deliveries]
        self.assertEqual(places, sorted(places))
        for delivery in deliveries:
            self.assertEqual(delivery.headers["parlour-conversation-id"], delivery.event.conversationId)

    def test_a_visitor_whom_only_a_program_knows_is_a_whole_visitor(self):
        visitor_id, email = fresh_visitor_id(), fresh_email()
        sender = {"agentEmail": email, "agentName": "Relay", "receivedFrom": "suite"}
        with subscribe(BREVO_EVENTS) as receiver:
            message = {"visitorId": visitor_id, "text": "A call for you", **sender}
            native("POST", "/v3/conversations/messages", message)
            started, fragment = (delivery.event for delivery in receiver.about(visitor_id, 2))
        self.assertEqual((started.eventName, fragment.eventName), BREVO_EVENTS[:2])
        self.assertEqual(started.agent.email, email)
        self.assertEqual(started.message.receivedFrom, "suite")
        self.assertEqual(started.message.id, fragment.messages[0].id)
        self.assertEqual((started.visitor.ip, started.visitor.lastVisit), (None, None))

    def test_a_visitor_of_the_widget_is_told_with_their_browser_and_their_pages(self):
        visitor_id = fresh_visitor_id()
        jeans = {"link": "https://getwear.com/women/151254/", "title": "Washed skinny jeans for women"}
        with subscribe(BREVO_EVENTS) as receiver:
            view = open_widget(visitor_id, {"link": "https://getwear.com/", "title": "Getwear"})
            view(jeans)
            conversation_id = send_as_visitor(visitor_id, "Do these run small?")["conversationId"]
            view({"link": "https://getwear.com/sizes/", "title": "Sizes"})
            act(conversation_id, "close")
            started, fragment, transcript = (delivery.event for delivery in receiver.about(visitor_id, 3))
        self.assertEqual(started.conversationStartPage.model_dump(), jeans)
        self.assertEqual(transcript.conversationStartPage.model_dump(), jeans)
        self.assertFalse(hasattr(fragment, "conversationStartPage"))
        visitor = transcript.visitor
        self.assertEqual((visitor.ip, visitor.userAgent), ("127.0.0.1", BROWSER["user-agent"]))
        self.assertEqual((visitor.browser, visitor.os), ("Firefox 128", "Linux"))
        self.assertEqual((visitor.browserLanguage, visitor.conversationLanguage), ("en-US", "en"))
        visit = visitor.lastVisit
        self.assertEqual((visit.hostName, visit.finishedAt), ("getwear.com", None))
        self.assertEqual(
            [page.title for page in visit.viewedPages],
            ["Getwear", "Washed skinny jeans for women", "Sizes"],
        )
        self.assertLessEqual(started.visitor.lastVisit.startedAt, started.message.createdAt)

    def test_what_is_known_about_a_visitor_is_told(self):
        group_id, visitor_id = create_group()["id"], fresh_visitor_id()
        with subscribe(["conversationStarted"]) as receiver:
            push(visitor_id, "Welcome", find_owner()["id"])
            attributes = {"email": "anna@example.com", "firstName": "Anna", "phone": "33612345678", "orders": 12}
            known = {"attributes": attributes, "notes": "Wants an invoice.", "marketingConsent": True}
            native("PUT", f"/api/v1/visitors/{visitor_id}", known)
            native("PUT", "/v3/conversations/visitorGroup", {"visitorId": visitor_id, "groupId": group_id})
            send_as_visitor(visitor_id, "Hi")
            visitor = receiver.about(visitor_id, 1)[0].event.visitor
        expected = {"EMAIL": "anna@example.com", "FIRSTNAME": "Anna", "SMS": "33612345678", "orders": 12}
        self.assertEqual(visitor.attributes, expected)
        self.assertEqual(visitor.formattedAttributes, {"SMS": "+33612345678"})
        self.assertEqual((visitor.displayedName, visitor.groupId), ("Anna", group_id))
        self.assertEqual(visitor.notes, "Wants an invoice.")
        self.assertEqual((visitor.marketingConsent, visitor.termsOfServiceConsent), (True, False))

    def test_the_types_are_strict(self):
        visitor_id = fresh_visitor_id()
        with subscribe(FRAGMENTS) as receiver:
            send_as_visitor(visitor_id, "Hello?")
            text = receiver.about(visitor_id, 1)[0].text
        created_at = text.split('"createdAt":')[1].split(",")[0]
        for true, wrong in [
            ('"city":""', '"city":null'),
            ('"isMissed":false', '"isMissed":"false"'),
            ('"isMissed":false', '"isMissed":0'),
            (f'"createdAt":{created_at}', f'"createdAt":"{created_at}"'),
            ('"agents":[]', '"agents":null'),
            ('"source":"widget"', '"sauce":"widget"'),
            ('"text":"Hello?"', '"text":"Hello?","agentId":"d9nKoegKSjmCtyK78"'),
        ]:
            self.assertIn(true, text)
            with self.subTest(wrong), self.assertRaises(ValidationError):
                BrevoEvent.validate_json(text.replace(true, wrong))


class Delivery(unittest.TestCase):
    def test_the_old_and_the_new_secret_both_verify_after_a_rotation_and_no_other(self):
        visitor_id = fresh_visitor_id()
        with subscribe(FRAGMENTS) as receiver:
            old = receiver.webhook["secret"]
            rotated = native("POST", f"/api/v1/webhooks/{receiver.webhook['id']}/rotate-secret")
            self.assertNotEqual(rotated["secret"], old)
            left_ms = rotated["previousSecretUntil"] - time.time() * 1000
            self.assertAlmostEqual(left_ms, DAY_MS, delta=CLOCK_TOLERANCE_MS)
            receiver.trust(rotated["secret"])
            send_as_visitor(visitor_id, "Hello?")
            delivery = receiver.about(visitor_id, 1)[0]

        text, headers = delivery.text, delivery.headers
        another = "whsec_" + base64.b64encode(bytes([7] * 32)).decode()
        self.assert_refused(another, text, headers)
        ten_minutes_ago = str(int(headers["webhook-timestamp"]) - 600)
        for secret in (old, rotated["secret"]):
            Webhook(secret).verify(text, headers)
            self.assert_refused(secret, text.replace("Hello", "Hullo"), headers)
            self.assert_refused(secret, text, {**headers, "webhook-id": "another"})
            self.assert_refused(secret, text, {**headers, "webhook-timestamp": ten_minutes_ago})

    def assert_refused(self, secret, text, headers):
        with self.assertRaises(WebhookVerificationError):
            Webhook(secret).verify(text, headers)

    def test_what_failed_is_tried_again_under_its_id(self):
        visitor_id, ids = fresh_visitor_id(), []

        def answer(delivery):
            if delivery.event.visitor.id != visitor_id:
                return 204
            ids.append(delivery.id)
            return 503 if len(ids) == 1 else 204

        with subscribe(FRAGMENTS, answer=answer) as receiver:
            send_as_visitor(visitor_id, "Hello?")
            first, second = receiver.about(visitor_id, 2)
        self.assertEqual((first.id, first.text), (second.id, second.text))

    def test_a_delivery_that_is_sent_again_keeps_its_id(self):
        visitor_id = fresh_visitor_id()
        with subscribe(FRAGMENTS) as receiver:
            send_as_visitor(visitor_id, "Hello?")
            first = receiver.about(visitor_id, 1)[0]
            webhook = f"/api/v1/webhooks/{receiver.webhook['id']}"
            attempts = receiver.taken(first.id)["attempts"]
            self.assertEqual([(attempt["httpStatus"], attempt["error"]) for attempt in attempts], [(204, None)])

            native("POST", f"{webhook}/deliveries/{first.id}/replay")
            receiver.about(visitor_id, 2)
            receiver.taken(first.id)
            native("POST", f"{webhook}/replay", {"status": "delivered"})
            _, second, third = receiver.about(visitor_id, 3)
        for again in (second, third):
            self.assertEqual((again.id, again.text), (first.id, first.text))

    def test_what_brevo_took_in_the_address_goes_into_headers(self):
        visitor_id = fresh_visitor_id()
        auth = {"type": "bearer", "token": "correct-horse"}
        headers = [{"key": "x-shop", "value": "getwear"}]
        with subscribe(["conversationStarted"], auth=auth, headers=headers) as receiver:
            send_as_visitor(visitor_id, "Hello?")
            got = receiver.about(visitor_id, 1)[0].headers
        self.assertEqual((got["authorization"], got["x-shop"]), ("Bearer correct-horse", "getwear"))


class OwnEvents(unittest.TestCase):
    def test_every_event_that_brevo_lacks_is_told(self):
        agent_id, group_id = find_owner()["id"], create_group()["id"]
        visitor_id, agent_email = fresh_visitor_id(), fresh_email()
        with (
            subscribe(OWN_EVENTS) as receiver,
            subscribe(["conversationStarted"], answer=lambda _: 410) as gone,
        ):
            conversation_id = send_as_visitor(visitor_id, "Where is my order?")["conversationId"]
            message_id = send(visitor_id, "It is on its weigh.", agent_id)["id"]
            message = f"/v3/conversations/messages/{message_id}"
            native("PUT", message, {"text": "It is on its way."})
            native("DELETE", message)
            act(conversation_id, "assign", {"groupId": group_id})
            act(conversation_id, "assign", {"agentId": agent_id})
            act(conversation_id, "close")
            email = {"attributes": {"email": "anna@example.com"}}
            native("PUT", f"/api/v1/visitors/{visitor_id}", email)
            ping = {"agentEmail": agent_email, "agentName": "Liz", "receivedFrom": "suite"}
            native("POST", "/v3/conversations/agentOnlinePing", ping)

            expected = {
                "messageUpdated": lambda event: (event.message.id, event.message.text)
                == (message_id, "It is on its way."),
                "messageDeleted": lambda event: event.messageId == message_id,
                "conversationAssigned": lambda event: event.conversationId == conversation_id
                and (event.agent and event.agent.id, event.groupId) == (agent_id, group_id),
                "conversationClosed": lambda event: event.conversationId == conversation_id,
                "visitorIdentified": lambda event: event.visitor.attributes == {"EMAIL": "anna@example.com"},
                "agentStatusChanged": lambda event: (event.agent.email, event.status) == (agent_email, "online"),
                "webhookDisabled": lambda event: (event.webhookId, event.reason) == (gone.webhook["id"], "gone"),
            }
            self.assertEqual(tuple(expected), OWN_EVENTS)
            for name, is_it in expected.items():
                with self.subTest(name):
                    receiver.until(
                        lambda arrived: any(
                            delivery.event.eventName == name and is_it(delivery.event) for delivery in arrived
                        )
                    )
