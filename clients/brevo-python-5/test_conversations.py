"""brevo-python 5: the contract by API key and again by OAuth client credentials, and what
only this generation offers: typed errors, the fields of newer messages, the visitor's
group, and waiting out a rate limit."""

import os
import time
import unittest

from answers import AnswerTestCase
from brevo import BadRequestError, Brevo, NotFoundError
from brevo.core.api_error import ApiError
from contract import Contract, KeyContract, MessageFollowUp, PushedMessageFollowUp
from scene import (
    SERVER,
    SLOW_SERVER,
    Reply,
    create_group,
    find_owner,
    fresh_email,
    fresh_visitor_id,
    lower_names,
    spend_allowance,
)

CLIENT_ID = os.environ["PARLOUR_CLIENT_ID"]
CLIENT_SECRET = os.environ["PARLOUR_CLIENT_SECRET"]
# The server's Retry-After is a second at least; timers may be a little early.
WAIT_MIN_SECONDS = 0.8
# The SDK's own mark for a field that stays out of the body, even a required one.
OMIT = ...


class Operations:
    def __init__(self, client):
        self.conversations = client.conversations.with_raw_response
        self.account_client = client.account.with_raw_response

    def ping(self, **fields):
        return settle(self.conversations.sets_agents_status_to_online_for23minutes, **fields)

    def send(self, visitor_id=OMIT, text=OMIT, **fields):
        send = self.conversations.send_a_message_as_an_agent
        return settle(send, visitor_id=visitor_id, text=text, **fields)

    def get(self, id):
        return settle(self.conversations.get_a_message, id)

    def update(self, id, text=OMIT):
        return settle(self.conversations.update_a_message_sent_by_an_agent, id, text=text)

    def delete(self, id):
        return settle(self.conversations.delete_a_message_sent_by_an_agent, id)

    def push(self, visitor_id=OMIT, text=OMIT, **fields):
        push = self.conversations.send_an_automated_message_to_a_visitor
        return settle(push, visitor_id=visitor_id, text=text, **fields)

    def get_pushed(self, id):
        return settle(self.conversations.get_an_automated_message, id)

    def update_pushed(self, id, text=OMIT):
        return settle(self.conversations.update_an_automated_message, id, text=text)

    def delete_pushed(self, id):
        return settle(self.conversations.delete_an_automated_message, id)

    def set_visitor_group(self, group_id, **options):
        set_group = self.conversations.set_visitor_group_assignment
        return settle(set_group, group_id=group_id, request_options=options)

    def account(self):
        return settle(self.account_client.get_account)


def settle(call, *args, **fields):
    try:
        response = call(*args, **fields)
    except ApiError as error:
        return Reply(error.status_code, lower_names(error.headers), error.body, error)
    return Reply(response.status_code, lower_names(response.headers), response.data)


class ByApiKey(AnswerTestCase):
    @classmethod
    def connect(cls, server=SERVER):
        return Operations(Brevo(base_url=f"{server.url}/v3", api_key=server.api_key))


class ByOAuth(AnswerTestCase):
    @classmethod
    def connect(cls):
        return Operations(oauth_client(CLIENT_SECRET))


def oauth_client(client_secret):
    return Brevo(base_url=f"{SERVER.url}/v3", client_id=CLIENT_ID, client_secret=client_secret)


class NewerFieldsContract:
    @classmethod
    def setUpClass(cls):
        cls.brevo = cls.connect()
        cls.agent = find_owner()

    def test_are_there_when_they_apply_and_absent_when_they_do_not(self):
        message = self.brevo.send(
            visitor_id=fresh_visitor_id(), text="1 < 2 & <b>so on</b>\nBye", agent_id=self.agent["id"]
        ).body

        escaped = r"^1 &lt; 2 &amp; &lt;b&gt;so on&lt;/b&gt;<br ?/?>\s*Bye$"
        self.assertRegex(message.html, escaped)
        for flag in ("is_pushed", "is_trigger", "is_missed", "is_missed_by_visitor"):
            self.assertIs(getattr(message, flag), False, flag)
        for field in ("received_from", "file", "subject", "from_", "to", "source"):
            self.assertNotIn(field, message.model_fields_set)

    def test_html_follows_an_edit(self):
        fields = {"visitor_id": fresh_visitor_id(), "agent_id": self.agent["id"]}
        message = self.brevo.send(text="Hello!", **fields).body

        self.assertEqual(self.brevo.update(message.id, text="1 < 2").body.html, "1 &lt; 2")


class VisitorGroupContract:
    @classmethod
    def setUpClass(cls):
        cls.brevo = cls.connect()
        cls.agent = find_owner()
        cls.group_id = create_group(cls.agent["id"])["id"]

    def known_visitor(self):
        visitor_id = fresh_visitor_id()
        self.brevo.send(visitor_id=visitor_id, text="Hello!", agent_id=self.agent["id"])
        return visitor_id

    def assert_assigned(self, reply, group_id, visitor_id):
        got = (reply.status, reply.body.group_id, reply.body.visitor_id)
        self.assertEqual(got, (200, group_id, visitor_id))

    def test_is_set_and_cleared_for_a_visitor_named_in_the_body(self):
        visitor_id = self.known_visitor()
        named = {"additional_body_parameters": {"visitorId": visitor_id}}

        set_reply = self.brevo.set_visitor_group(self.group_id, **named)
        cleared = self.brevo.set_visitor_group(None, **named)

        self.assert_assigned(set_reply, self.group_id, visitor_id)
        self.assert_assigned(cleared, None, visitor_id)

    def test_is_set_for_a_visitor_named_in_the_query(self):
        visitor_id = self.known_visitor()
        named = {"additional_query_parameters": {"visitorId": visitor_id}}

        self.assert_assigned(self.brevo.set_visitor_group(self.group_id, **named), self.group_id, visitor_id)

    def test_is_refused_without_a_visitor(self):
        self.assert_refused(self.brevo.set_visitor_group(self.group_id), 400, "missing_parameter")

    def test_is_not_found_for_an_unknown_visitor_or_group(self):
        unknown_visitor = {"additional_body_parameters": {"visitorId": fresh_visitor_id()}}
        known_visitor = {"additional_body_parameters": {"visitorId": self.known_visitor()}}

        no_visitor = self.brevo.set_visitor_group(self.group_id, **unknown_visitor)
        no_group = self.brevo.set_visitor_group("nope", **known_visitor)

        self.assert_refused(no_visitor, 404, "document_not_found")
        self.assert_refused(no_group, 404, "document_not_found")


class ApiKeyOperations(Contract, ByApiKey):
    FILE_NAMES = ("name", "link")


class ApiKeyMessages(MessageFollowUp, ByApiKey):
    pass


class ApiKeyPushedMessages(PushedMessageFollowUp, ByApiKey):
    pass


class ApiKeyNewerFields(NewerFieldsContract, ByApiKey):
    pass


class ApiKeyVisitorGroup(VisitorGroupContract, ByApiKey):
    pass


class OAuthOperations(Contract, ByOAuth):
    FILE_NAMES = ("name", "link")


class OAuthMessages(MessageFollowUp, ByOAuth):
    pass


class OAuthPushedMessages(PushedMessageFollowUp, ByOAuth):
    pass


class OAuthNewerFields(NewerFieldsContract, ByOAuth):
    pass


class OAuthVisitorGroup(VisitorGroupContract, ByOAuth):
    pass


class ApiKeys(KeyContract, ByApiKey):
    pass


class OAuthTokens(AnswerTestCase):
    def test_token_is_a_bearer_token_that_lasts(self):
        token = oauth_client(CLIENT_SECRET).o_auth.get_o_auth_m2m_token(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET
        )
        self.assertTrue(token.access_token)
        self.assertEqual(token.token_type, "Bearer")
        # The SDK asks anew two minutes before the end, so a shorter life would never be cached.
        self.assertGreater(token.expires_in, 120)

    def test_token_can_be_brought_by_the_caller(self):
        token = oauth_client(CLIENT_SECRET).o_auth.get_o_auth_m2m_token(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET
        )
        brevo = Operations(Brevo(base_url=f"{SERVER.url}/v3", token=token.access_token))

        self.assertEqual(brevo.account().status, 200)

    def test_wrong_secret_is_refused(self):
        self.assertEqual(Operations(oauth_client("wrong")).get("unknown").status, 401)

    def test_wrong_token_is_refused(self):
        brevo = Operations(Brevo(base_url=f"{SERVER.url}/v3", token="wrong"))
        self.assert_refused(brevo.get("unknown"), 401, "unauthorized")


class Errors(ByApiKey):
    def test_have_the_sdks_own_types(self):
        brevo = self.connect()

        self.assertIsInstance(brevo.send().error, BadRequestError)
        self.assertIsInstance(brevo.get("unknown").error, NotFoundError)


class RateLimit(ByApiKey):
    def test_is_waited_out(self):
        slow = self.connect(SLOW_SERVER)
        trio = {"agent_email": fresh_email(), "agent_name": "Liz", "received_from": "SuperAwesomeHelpdesk"}
        self.assert_rate_limited(spend_allowance())

        started_at = time.monotonic()
        sent = slow.send(visitor_id=fresh_visitor_id(), text="Hello!", **trio)

        self.assertEqual(sent.status, 200)
        self.assertGreaterEqual(time.monotonic() - started_at, WAIT_MIN_SECONDS)


if __name__ == "__main__":
    unittest.main()
