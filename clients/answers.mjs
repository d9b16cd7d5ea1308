// What the server's answers must look like, whichever call they belong to.

import assert from "node:assert/strict";

// Clocks of the server and of the suite are the same, but the call takes a moment.
const CLOCK_TOLERANCE_MS = 60_000;

export function assertRefused(reply, status, code) {
  assert.deepEqual({ status: reply.status, code: reply.body?.code }, { status, code });
  assert.ok(reply.body.message, "an error has a message");
}

export function assertRateLimited(reply) {
  assert.equal(reply.status, 429);
  assert.equal(typeof reply.body.code, "string");
  assert.equal(typeof reply.body.message, "string");
  assert.match(reply.headers["retry-after"] ?? "", /^[1-9]\d*$/);
  assert.equal(reply.headers["x-sib-ratelimit-remaining"], "0");
  assertAllowanceHeaders(reply.headers);
}

export function assertAllowanceHeaders(headers) {
  for (const name of ["limit", "remaining", "reset"]) {
    assert.match(headers[`x-sib-ratelimit-${name}`] ?? "", /^\d+$/, `x-sib-ratelimit-${name}`);
  }
  // SDKs read this one as a Unix time and would not wait when it holds seconds left.
  const resetsAt = headers["x-ratelimit-reset"];
  if (resetsAt !== undefined) assert.ok(Number(resetsAt) * 1000 > Date.now());
}

export function assertMessage(message, expected) {
  for (const [field, value] of Object.entries({ type: "agent", ...expected })) {
    assert.deepEqual(message[field], value, field);
  }
  assert.match(message.id, /^[0-9A-Za-z]{17}$/);
  assert.ok(Number.isInteger(message.createdAt), "createdAt is whole milliseconds");
  assert.ok(Math.abs(message.createdAt - Date.now()) < CLOCK_TOLERANCE_MS, "createdAt is now");
}
