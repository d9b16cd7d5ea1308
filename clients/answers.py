"""What the server's answers must look like, whichever call they belong to."""

import time
import unittest

# Clocks of the server and of the suite are the same, but the call takes a moment.
CLOCK_TOLERANCE_MS = 60_000


class AnswerTestCase(unittest.TestCase):
    """Assertions on a `Reply`."""

    def assert_refused(self, reply, status, code):
        got = (reply.status, (reply.body or {}).get("code"))
        self.assertEqual(got, (status, code), reply.body)
        self.assertTrue(reply.body["message"], "an error has a message")

    def assert_rate_limited(self, reply):
        self.assertEqual(reply.status, 429)
        self.assertIsInstance(reply.body["code"], str)
        self.assertIsInstance(reply.body["message"], str)
        self.assertRegex(reply.headers.get("retry-after", ""), r"^[1-9]\d*$")
        self.assertEqual(reply.headers.get("x-sib-ratelimit-remaining"), "0")
        self.assert_allowance_headers(reply.headers)

    def assert_allowance_headers(self, headers):
        for name in ("limit", "remaining", "reset"):
            self.assertRegex(headers.get(f"x-sib-ratelimit-{name}", ""), r"^\d+$", name)
        # SDKs read this one as a Unix time and would not wait when it holds seconds left.
        resets_at = headers.get("x-ratelimit-reset")
        if resets_at is not None:
            self.assertGreater(int(resets_at), time.time())

    def assert_message(self, message, **expected):
        for name, value in {"type": "agent", **expected}.items():
            self.assertEqual(getattr(message, name), value, name)
        self.assertRegex(message.id, r"^[0-9A-Za-z]{17}$")
        self.assertIsInstance(message.created_at, int)
        self.assertLess(abs(message.created_at - time.time() * 1000), CLOCK_TOLERANCE_MS)
