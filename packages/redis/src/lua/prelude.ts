/**
 * What all handlers share. A handler carries out one request: `handlers[op](request, keys)` answers a table, and for what it took
 * a second one, the request that takes it back. Time is the server's, in microseconds: whole numbers up to 2^53, written out
 * with all their digits, because Lua's own way and cjson's keep 14.
 */
export const PRELUDE = `
local input = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local handlers = {}

-- Zero is added because the server takes no '-0'.
local function whole(number)
  return string.format('%.0f', number + 0)
end

local function expireIn(key, ms)
  redis.call('PEXPIRE', key, whole(math.max(1, math.ceil(ms))))
end

local function expireAt(key, us)
  redis.call('PEXPIREAT', key, whole(math.max(1, math.ceil(us / 1000))))
end

-- In microseconds; nil where there is no such key, or it does not expire.
local function expiryOf(key)
  local left = redis.call('PTTL', key)
  return left >= 0 and now + left * 1000 or nil
end

local function keysOf(request)
  local keys = {}
  for index, at in ipairs(request.k) do keys[index] = KEYS[at] end
  return keys
end
`;
