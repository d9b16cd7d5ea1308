-- For wrk: POST /v3/conversations/messages to 1,000 visitors in turn.
-- PARLOUR_KEY and PARLOUR_AGENT are what `parlour init --json` printed as apiKey and agentId.
local visitors = 1000
local count = 0
local headers = {
  ["api-key"] = os.getenv("PARLOUR_KEY") or "none",
  ["content-type"] = "application/json",
}

function init(arguments)
  math.randomseed(os.time())
  count = math.random(visitors)
end

function request()
  count = count + 1
  local body = string.format(
    '{"visitorId":"visitor-%d","agentId":"%s","text":"Hello! How can I help you today, number %d?","receivedFrom":"bench"}',
    count % visitors, os.getenv("PARLOUR_AGENT") or "none", count)
  return wrk.format("POST", "/v3/conversations/messages", headers, body)
end

function done(summary, latency)
  io.write(string.format("requests/s %.0f  p50 %.2f ms  p99 %.2f ms  errors %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
