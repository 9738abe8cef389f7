/**
 * Circuit breakers: a hash per name, none while nothing has failed. The generation changes with every opening and closing. It is
 * a time, so it does not come again after the hash has expired.
 */
export const BREAKER = `
-- There are as many as names that developers wrote, so they may stay for longer than any circuit is open.
local BREAKER_TTL_MS = 400 * 86400000

local function breakerOf(key)
  local held = redis.call('HMGET', key, 'state', 'generation', 'fails', 'openedAt', 'probe', 'lease')
  return {
    state = held[1] or 'closed',
    generation = tonumber(held[2] or 0),
    fails = tonumber(held[3] or 0),
    openedAt = tonumber(held[4] or 0),
    probe = held[5] or nil,
    lease = tonumber(held[6] or 0),
  }
end

local function writeBreaker(key, ...)
  redis.call('DEL', key)
  redis.call('HSET', key, ...)
  expireIn(key, BREAKER_TTL_MS)
end

local function openBreaker(key, generation, openedAt)
  writeBreaker(key, 'state', 'open', 'generation', whole(generation), 'openedAt', whole(openedAt))
end

local function nextGeneration(breaker)
  return math.max(breaker.generation + 1, now)
end

handlers['breaker.enter'] = function(request, keys)
  local breaker = breakerOf(keys[1])
  local generation = whole(breaker.generation)
  if breaker.state == 'closed' then return { admitted = true, generation = generation, probe = false } end
  if breaker.state == 'halfOpen' and breaker.lease > now then
    return { admitted = false, retryAfterMs = 0, generation = generation, probeOwner = breaker.probe }
  end
  local left = breaker.openedAt + request.resetTimeoutMs * 1000 - now
  if breaker.state == 'open' and left > 0 then
    return { admitted = false, retryAfterMs = math.ceil(left / 1000), generation = generation }
  end
  writeBreaker(keys[1], 'state', 'halfOpen', 'generation', generation, 'openedAt', whole(breaker.openedAt),
    'probe', request.owner, 'lease', whole(now + input.leaseMs * 1000))
  return { admitted = true, generation = generation, probe = true },
    { op = 'breaker.leave', owner = request.owner, generation = generation, verdict = 'neutral', maxFails = 1 }
end

local function leaveClosed(key, breaker, request)
  if request.verdict == 'success' and breaker.fails > 0 then
    redis.call('HSET', key, 'fails', 0)
  elseif request.verdict == 'failure' and breaker.fails + 1 >= request.maxFails then
    openBreaker(key, nextGeneration(breaker), now)
  elseif request.verdict == 'failure' then
    redis.call('HSET', key, 'fails', breaker.fails + 1, 'generation', whole(breaker.generation))
    expireIn(key, BREAKER_TTL_MS)
  end
end

local function endProbe(key, breaker, verdict)
  if verdict == 'failure' then
    openBreaker(key, nextGeneration(breaker), now)
  elseif verdict == 'neutral' then
    openBreaker(key, breaker.generation, breaker.openedAt)
  else
    writeBreaker(key, 'state', 'closed', 'generation', whole(nextGeneration(breaker)))
  end
end

handlers['breaker.leave'] = function(request, keys)
  local breaker = breakerOf(keys[1])
  if breaker.generation ~= tonumber(request.generation) then return end
  if breaker.state == 'closed' then
    leaveClosed(keys[1], breaker, request)
  elseif breaker.state == 'halfOpen' and breaker.probe == request.owner then
    endProbe(keys[1], breaker, request.verdict)
  end
end

handlers['breaker.renew'] = function(request, keys)
  local breaker = breakerOf(keys[1])
  local isHeld = breaker.state == 'halfOpen' and breaker.probe == request.owner
  if isHeld then redis.call('HSET', keys[1], 'lease', whole(now + input.leaseMs * 1000)) end
  return { held = isHeld }
end
`;
