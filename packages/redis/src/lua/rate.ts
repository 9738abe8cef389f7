/** Exact sliding windows: a list of admission times per key, oldest first. */
export const RATE = `
local TRIMMED_AT_ONCE = 64

local function dropExpired(key, last, period, at)
  if last + period <= at then
    redis.call('DEL', key)
    return
  end
  repeat
    local oldest = redis.call('LRANGE', key, 0, TRIMMED_AT_ONCE - 1)
    local expired = 0
    while oldest[expired + 1] and tonumber(oldest[expired + 1]) + period <= at do expired = expired + 1 end
    if expired > 0 then redis.call('LTRIM', key, expired, -1) end
  until expired < TRIMMED_AT_ONCE
end

handlers['rate.take'] = function(request, keys)
  local key = keys[1]
  local period = request.periodMs * 1000
  local last = tonumber(redis.call('LINDEX', key, -1) or nil)
  -- A clock that steps back must not free places.
  local at = math.max(now, last or 0)
  if last then dropExpired(key, last, period, at) end
  local count = redis.call('LLEN', key)
  if count >= request.limit then
    local frees = tonumber(redis.call('LINDEX', key, count - request.limit)) + period
    return { admitted = false, retryAfterMs = math.ceil((frees - at) / 1000) }
  end
  redis.call('RPUSH', key, whole(at))
  expireIn(key, request.periodMs)
  return { admitted = true, ticket = whole(at) }, { op = 'rate.giveBack', ticket = whole(at) }
end

handlers['rate.giveBack'] = function(request, keys)
  redis.call('LREM', keys[1], -1, whole(tonumber(request.ticket)))
end
`;
