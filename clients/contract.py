"""The story that every Python generation of the official client must be able to tell.

A suite mixes these classes with `AnswerTestCase` and gives them `connect`, which makes the
SDK's operations; each operation returns a `Reply`. Names of fields are the SDKs' own,
in snake case; a field that is left out of a call is left out of its body.
"""

from scene import (
    PICTURE,
    SERVER,
    Server,
    create_group,
    fetch,
    find_agent,
    find_owner,
    fresh_email,
    fresh_visitor_id,
    send_as_visitor,
    send_files_as_visitor,
)

RECEIVED_FROM = "SuperAwesomeHelpdesk"
UNKNOWN_IDS = ("unknown", "a/b c")


class Contract:
    """What holds for a client that is let in, whichever way it shows who it is.

    `FILE_NAMES` are the SDK's names of a file's name and link.
    """

    @classmethod
    def setUpClass(cls):
        cls.brevo = cls.connect()
        cls.agent = find_owner()
        cls.group = create_group(cls.agent["id"])

    def test_ping_by_email_and_then_by_id_makes_a_dummy_agent_available(self):
        email = fresh_email()
        trio = {"agent_email": email, "agent_name": "Liz", "received_from": RECEIVED_FROM}

        by_email = self.brevo.ping(**trio)
        sent = self.brevo.send(visitor_id=fresh_visitor_id(), text="Hello!", **trio)
        by_id = self.brevo.ping(agent_id=sent.body.agent_id)

        self.assertEqual((by_email.status, by_email.body), (201, None))
        self.assertEqual((by_id.status, by_id.body), (201, None))
        agent = find_agent(sent.body.agent_id)
        self.assertEqual((agent["email"], agent["isDummy"], agent["isAvailable"]), (email, True, True))

    def test_ping_without_a_proper_agent_is_refused(self):
        refusals = [
            ({}, "missing_parameter"),
            ({"agent_id": "nope"}, "invalid_parameter"),
            ({"agent_email": fresh_email()}, "missing_parameter"),
        ]
        for fields, code in refusals:
            with self.subTest(fields):
                self.assert_refused(self.brevo.ping(**fields), 400, code)

    def test_message_by_agent_id_answers_with_the_message(self):
        fields = {
            "visitor_id": fresh_visitor_id(),
            "text": "Hello! How can I help you?",
            "agent_id": self.agent["id"],
            "received_from": RECEIVED_FROM,
        }
        sent = self.brevo.send(**fields)

        self.assertEqual(sent.status, 200)
        self.assert_message(
            sent.body, agent_name=self.agent["name"], is_pushed=False, file=None, **fields
        )

    def test_message_by_an_unknown_email_makes_one_dummy_agent_and_keeps_it(self):
        fields = {
            "visitor_id": fresh_visitor_id(),
            "text": "Hello!",
            "agent_email": fresh_email(),
            "agent_name": "Liz",
            "received_from": RECEIVED_FROM,
        }
        first = self.brevo.send(**fields)
        second = self.brevo.send(**fields)

        self.assertEqual(first.status, 200)
        self.assertIn("Dummy", first.body.agent_id)
        self.assert_message(first.body, agent_name="Liz", received_from=RECEIVED_FROM)
        self.assertEqual(second.body.agent_id, first.body.agent_id)
        self.assertNotEqual(second.body.id, first.body.id)

    def test_message_by_the_email_of_a_real_agent_speaks_as_that_agent(self):
        sent = self.brevo.send(
            visitor_id=fresh_visitor_id(),
            text="Hello!",
            agent_email=self.agent["email"],
            agent_name="Somebody else",
            received_from=RECEIVED_FROM,
        )
        self.assertEqual((sent.status, sent.body.agent_id), (200, self.agent["id"]))

    def test_message_that_lacks_something_is_refused(self):
        visitor = {"visitor_id": fresh_visitor_id()}
        text = {"text": "Hello!"}
        agent = {"agent_id": self.agent["id"]}
        refusals = [
            (text | agent, "missing_parameter"),
            (visitor | agent, "missing_parameter"),
            (visitor | agent | {"text": "  "}, "missing_parameter"),
            (visitor | text, "missing_parameter"),
            (visitor | text | {"agent_id": "nope"}, "invalid_parameter"),
            (visitor | text | {"agent_email": "liz@example.com"}, "missing_parameter"),
            (text | agent | {"visitor_id": {"key": "value"}}, "invalid_parameter"),
            (visitor | agent | {"text": {"key": "value"}}, "invalid_parameter"),
        ]
        for fields, code in refusals:
            with self.subTest(fields):
                self.assert_refused(self.brevo.send(**fields), 400, code)

    def test_message_of_a_visitor_can_be_read_but_neither_edited_nor_deleted(self):
        visitor_id = fresh_visitor_id()
        self.brevo.send(visitor_id=visitor_id, text="Hello!", agent_id=self.agent["id"])
        text = "Where is my order?"
        id = send_as_visitor(visitor_id, text)["id"]

        read = self.brevo.get(id)

        self.assertEqual(read.status, 200)
        self.assert_message(
            read.body, id=id, type="visitor", text=text, visitor_id=visitor_id, agent_id=None, agent_name=None
        )
        self.assert_refused(self.brevo.update(id, text="Never mind"), 400, "invalid_parameter")
        self.assert_refused(self.brevo.delete(id), 400, "invalid_parameter")
        self.assertEqual(self.brevo.get(id).body, read.body)

    def test_message_with_a_file_shows_it_under_the_names_that_this_sdk_has(self):
        message, [uploaded] = send_files_as_visitor(fresh_visitor_id(), map_png=PICTURE)

        read = self.brevo.get(message["id"])

        self.assertEqual((read.status, read.body.text), (200, "map.png"))
        name, link = (getattr(read.body.file, field) for field in self.FILE_NAMES)
        self.assertEqual((name, link), ("map.png", uploaded["link"]))
        self.assertEqual((read.body.file.size, read.body.file.is_image), (len(PICTURE), True))
        info = read.body.file.image_info
        self.assertEqual((info.width, info.height), (1, 1))
        self.assertEqual(fetch(link), (PICTURE, "image/png"))

    def test_pushed_message_by_agent_or_group_answers_with_the_message(self):
        for sender in ({"agent_id": self.agent["id"]}, {"group_id": self.group["id"]}):
            with self.subTest(sender):
                fields = {"visitor_id": fresh_visitor_id(), "text": "Your order has shipped!"}
                pushed = self.brevo.push(**fields, **sender)

                self.assertEqual(pushed.status, 200)
                agent = {"agent_id": self.agent["id"], "agent_name": self.agent["name"]}
                self.assert_message(pushed.body, is_pushed=True, **fields, **agent)

    def test_pushed_message_by_nobody_in_particular_takes_any_agent(self):
        pushed = self.brevo.push(visitor_id=fresh_visitor_id(), text="Hello!")

        self.assertEqual(pushed.status, 200)
        self.assert_message(pushed.body, text="Hello!", is_pushed=True)
        self.assertEqual(find_agent(pushed.body.agent_id)["id"], pushed.body.agent_id)

    def test_pushed_message_that_lacks_something_is_refused(self):
        visitor = {"visitor_id": fresh_visitor_id()}
        text = {"text": "Hello!"}
        refusals = [
            (text, "missing_parameter"),
            (visitor, "missing_parameter"),
            (visitor | {"text": "  "}, "missing_parameter"),
            (visitor | text | {"agent_id": "nope"}, "invalid_parameter"),
            (visitor | text | {"group_id": "nope"}, "invalid_parameter"),
        ]
        for fields, code in refusals:
            with self.subTest(fields):
                self.assert_refused(self.brevo.push(**fields), 400, code)

    def test_pushed_message_is_also_served_as_a_message_but_not_the_reverse(self):
        fields = {"visitor_id": fresh_visitor_id(), "text": "Hello!", "agent_id": self.agent["id"]}
        pushed = self.brevo.push(**fields)
        sent = self.brevo.send(**fields)

        self.assertEqual(self.brevo.get(pushed.body.id).body, pushed.body)
        self.assert_refused(self.brevo.get_pushed(sent.body.id), 404, "document_not_found")

    def test_account_tells_who_owns_the_key(self):
        account = self.brevo.account()

        self.assertEqual(account.status, 200)
        self.assertIn("@", account.body.email)
        for field in ("first_name", "last_name", "company_name"):
            self.assertIsInstance(getattr(account.body, field), str, field)
        self.assertIsInstance(account.body.plan, list)


class FollowUpContract:
    """Reading, editing and deleting, which work alike for both kinds of agents' messages.

    A suite says which kind through `create`, `get`, `update`, `delete` and `is_pushed`.
    """

    @classmethod
    def setUpClass(cls):
        cls.brevo = cls.connect()
        cls.agent = find_owner()

    def create_one(self):
        fields = {"visitor_id": fresh_visitor_id(), "text": "Good evening!", "agent_id": self.agent["id"]}
        return self.create(**fields).body

    def test_is_read_back_as_it_was_sent(self):
        message = self.create_one()
        read = self.get(message.id)

        self.assertEqual((read.status, read.body), (200, message))

    def test_is_edited_in_place(self):
        message = self.create_one()
        updated = self.update(message.id, text="Good morning!")

        self.assertEqual(updated.status, 200)
        self.assert_message(
            updated.body,
            id=message.id,
            text="Good morning!",
            visitor_id=message.visitor_id,
            agent_id=self.agent["id"],
            created_at=message.created_at,
            is_pushed=self.is_pushed,
        )
        self.assertEqual(self.get(message.id).body, updated.body)

    def test_is_not_edited_without_a_text(self):
        message = self.create_one()

        self.assert_refused(self.update(message.id), 400, "missing_parameter")
        self.assert_refused(self.update(message.id, text="  "), 400, "missing_parameter")
        self.assertEqual(self.get(message.id).body, message)

    def test_is_deleted_once(self):
        message = self.create_one()
        deleted = self.delete(message.id)

        self.assertEqual((deleted.status, deleted.body), (204, None))
        self.assert_refused(self.delete(message.id), 404, "document_not_found")
        self.assert_refused(self.get(message.id), 404, "document_not_found")
        self.assert_refused(self.update(message.id, text="Late"), 404, "document_not_found")

    def test_with_an_unknown_id_is_not_found(self):
        for id in UNKNOWN_IDS:
            with self.subTest(id):
                self.assert_refused(self.get(id), 404, "document_not_found")
                self.assert_refused(self.update(id, text="Hello!"), 404, "document_not_found")
                self.assert_refused(self.delete(id), 404, "document_not_found")

    def test_comes_with_the_allowance_and_a_request_id_found_or_not(self):
        message = self.create_one()

        for reply in (self.get(message.id), self.get("unknown")):
            self.assert_allowance_headers(reply.headers)
            self.assertTrue(reply.headers.get("sib-request-id"))
            self.assertTrue(reply.headers.get("x-request-id"))
            self.assertRegex(reply.headers.get("content-type", ""), "^application/json")


class MessageFollowUp(FollowUpContract):
    is_pushed = False

    def create(self, **fields):
        return self.brevo.send(**fields)

    def get(self, id):
        return self.brevo.get(id)

    def update(self, id, **fields):
        return self.brevo.update(id, **fields)

    def delete(self, id):
        return self.brevo.delete(id)


class PushedMessageFollowUp(FollowUpContract):
    is_pushed = True

    def create(self, **fields):
        return self.brevo.push(**fields)

    def get(self, id):
        return self.brevo.get_pushed(id)

    def update(self, id, **fields):
        return self.brevo.update_pushed(id, **fields)

    def delete(self, id):
        return self.brevo.delete_pushed(id)


class KeyContract:
    """What a client without a good key is told."""

    def test_missing_key_is_refused_in_brevos_words(self):
        refused = self.connect(Server(SERVER.url, api_key=None)).get("unknown")

        self.assertEqual(refused.status, 401)
        self.assertEqual(
            refused.body,
            {"message": "authentication not found in headers", "code": "unauthorized"},
        )

    def test_wrong_key_is_refused_in_brevos_words(self):
        refused = self.connect(Server(SERVER.url, api_key="xkeysib-wrong")).get("unknown")

        self.assertEqual(refused.status, 401)
        self.assertEqual(refused.body, {"message": "Key not found", "code": "unauthorized"})
