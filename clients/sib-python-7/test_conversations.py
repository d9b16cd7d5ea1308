"""sib-api-v3-sdk 7: the contract, spoken through model classes. This generation neither
sets a visitor's group nor repeats a refused call."""

import json
import unittest

import sib_api_v3_sdk as sib
from answers import AnswerTestCase
from contract import Contract, KeyContract, MessageFollowUp, PushedMessageFollowUp
from scene import SERVER, SLOW_SERVER, Reply, fresh_email, fresh_visitor_id, lower_names, spend_allowance

# The SDK's generator numbered the bodies instead of naming them.
MESSAGE, MESSAGE_TEXT, PUSHED, PUSHED_TEXT, PING = sib.Body8, sib.Body9, sib.Body10, sib.Body11, sib.Body12


class Operations:
    def __init__(self, api_client):
        self.api_client = api_client
        self.conversations = sib.ConversationsApi(api_client)
        self.account_api = sib.AccountApi(api_client)

    def ping(self, **fields):
        ping = self.conversations.conversations_agent_online_ping_post_with_http_info
        return self.settle(ping, body(PING, fields))

    def send(self, **fields):
        send = self.conversations.conversations_messages_post_with_http_info
        return self.settle(send, body(MESSAGE, fields))

    def get(self, id):
        return self.settle(self.conversations.conversations_messages_id_get_with_http_info, id)

    def update(self, id, **fields):
        update = self.conversations.conversations_messages_id_put_with_http_info
        return self.settle(update, id, body=body(MESSAGE_TEXT, fields))

    def delete(self, id):
        return self.settle(self.conversations.conversations_messages_id_delete_with_http_info, id)

    def push(self, **fields):
        push = self.conversations.conversations_pushed_messages_post_with_http_info
        return self.settle(push, body(PUSHED, fields))

    def get_pushed(self, id):
        return self.settle(self.conversations.conversations_pushed_messages_id_get_with_http_info, id)

    def update_pushed(self, id, **fields):
        update = self.conversations.conversations_pushed_messages_id_put_with_http_info
        return self.settle(update, id, body(PUSHED_TEXT, fields))

    def delete_pushed(self, id):
        return self.settle(self.conversations.conversations_pushed_messages_id_delete_with_http_info, id)

    def account(self):
        return self.settle(self.account_api.get_account_with_http_info)

    def settle(self, call, *args, **fields):
        try:
            result, status, headers = call(*args, **fields)
        except sib.rest.ApiException as error:
            return Reply(error.status, lower_names(error.headers), json.loads(error.body), error)
        # The SDK drops a body that it expects to be empty; here it has to be.
        return Reply(status, lower_names(headers), result or self.api_client.last_response.data or None)


def body(model, fields):
    """The model itself, or a plain body where the model insists on a field left out."""
    try:
        return model(**fields)
    except ValueError:
        return {model.attribute_map[name]: value for name, value in fields.items()}


class ByApiKey(AnswerTestCase):
    @classmethod
    def connect(cls, server=SERVER):
        configuration = sib.Configuration()
        configuration.host = f"{server.url}/v3"
        if server.api_key is not None:
            configuration.api_key["api-key"] = server.api_key
        return Operations(sib.ApiClient(configuration))


class Calls(Contract, ByApiKey):
    FILE_NAMES = ("filename", "url")


class Messages(MessageFollowUp, ByApiKey):
    pass


class PushedMessages(PushedMessageFollowUp, ByApiKey):
    pass


class Keys(KeyContract, ByApiKey):
    pass


class RateLimit(ByApiKey):
    def test_reaches_the_caller_with_its_headers(self):
        slow = self.connect(SLOW_SERVER)
        trio = {"agent_email": fresh_email(), "agent_name": "Liz", "received_from": "SuperAwesomeHelpdesk"}
        self.assert_rate_limited(spend_allowance())

        self.assert_rate_limited(slow.send(visitor_id=fresh_visitor_id(), text="Hello!", **trio))


if __name__ == "__main__":
    unittest.main()
