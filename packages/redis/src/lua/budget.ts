/**
 * Budgets: a hash with what is used and held, and a sorted set of who holds something, by the end of their leases. What a lapsed
 * hold came to is kept for an hour, so that a process that was only slow can still say what it really used.
 */
export const BUDGET = `
local TOTAL_TTL_MS = 400 * 86400000
local LATE_US = 3600 * 1000000
local MAX_AMOUNT = 2 ^ 53 - 1
local REAPED_AT_ONCE = 100

-- Start and end of the present period by the server's clock, in milliseconds; nil for a budget that never starts anew.
local function periodOf(request)
  local boundaries = request.boundaries
  if not boundaries then return nil end
  for index = 1, #boundaries - 1 do
    if now >= boundaries[index] * 1000 and now < boundaries[index + 1] * 1000 then
      return boundaries[index], boundaries[index + 1]
    end
  end
  error('the clocks of the server and of the caller are more than a period apart')
end

local function use(keys, amount)
  local used = tonumber(redis.call('HGET', keys[1], 'used') or 0)
  if amount ~= 0 then redis.call('HSET', keys[1], 'used', whole(math.max(0, math.min(used + amount, MAX_AMOUNT)))) end
end

local function reap(keys)
  repeat
    local lapsed = redis.call('ZRANGEBYSCORE', keys[2], '-inf', whole(now), 'LIMIT', 0, REAPED_AT_ONCE)
    for _, owner in ipairs(lapsed) do
      local packed = redis.call('HGET', keys[1], 'hold ' .. owner)
      local hold = packed and cmsgpack.unpack(packed)
      if not hold or hold.charged then
        redis.call('HDEL', keys[1], 'hold ' .. owner)
        redis.call('ZREM', keys[2], owner)
      else
        local charged = hold.lapse == 'charge' and hold.amount or 0
        redis.call('HINCRBY', keys[1], 'held', whole(-hold.amount))
        use(keys, charged)
        redis.call('HSET', keys[1], 'hold ' .. owner, cmsgpack.pack({ amount = 0, charged = charged }))
        redis.call('ZADD', keys[2], whole(now + LATE_US), owner)
      end
    end
  until #lapsed < REAPED_AT_ONCE
end

-- What is used and held now. A new period starts anew; an earlier one never comes back.
local function budgetOf(request, keys)
  local start, stop = periodOf(request)
  local known = tonumber(redis.call('HGET', keys[1], 'start') or nil)
  if start and known and start > known then
    redis.call('DEL', keys[1], keys[2])
    known = nil
  end
  reap(keys)
  local amounts = redis.call('HMGET', keys[1], 'used', 'held')
  return {
    used = tonumber(amounts[1] or 0), held = tonumber(amounts[2] or 0),
    start = known or start, stop = stop,
  }
end

local function keepBudget(budget, keys)
  if budget.start then redis.call('HSET', keys[1], 'start', whole(budget.start)) end
  for _, key in ipairs(keys) do
    -- A day longer than its period: whose clock is behind must not start it anew.
    if budget.stop then expireAt(key, (budget.stop + 86400000) * 1000) else expireIn(key, TOTAL_TTL_MS) end
  end
end

handlers['budget.hold'] = function(request, keys)
  local budget = budgetOf(request, keys)
  if budget.used + budget.held + request.amount > request.limit then
    return { admitted = false, used = whole(budget.used), held = whole(budget.held) }
  end
  local field = 'hold ' .. request.owner
  local packed = redis.call('HGET', keys[1], field)
  local hold = packed and cmsgpack.unpack(packed)
  -- What lapsed stays charged.
  if not hold or hold.charged then hold = { amount = 0 } end
  hold.amount = hold.amount + request.amount
  hold.lapse = request.lapse
  redis.call('HSET', keys[1], field, cmsgpack.pack(hold))
  redis.call('HINCRBY', keys[1], 'held', whole(request.amount))
  redis.call('ZADD', keys[2], whole(now + input.leaseMs * 1000), request.owner)
  keepBudget(budget, keys)
  return { admitted = true }, { op = 'budget.takeBack', owner = request.owner, amount = whole(request.amount) }
end

local function dropEmpty(keys)
  if redis.call('ZCARD', keys[2]) > 0 or tonumber(redis.call('HGET', keys[1], 'used') or 0) ~= 0 then return end
  redis.call('DEL', keys[1], keys[2])
end

handlers['budget.takeBack'] = function(request, keys)
  local packed = redis.call('HGET', keys[1], 'hold ' .. request.owner)
  local hold = packed and cmsgpack.unpack(packed)
  if not hold or hold.charged then return end
  local amount = math.min(hold.amount, tonumber(request.amount))
  hold.amount = hold.amount - amount
  redis.call('HINCRBY', keys[1], 'held', whole(-amount))
  if hold.amount > 0 then
    redis.call('HSET', keys[1], 'hold ' .. request.owner, cmsgpack.pack(hold))
  else
    redis.call('HDEL', keys[1], 'hold ' .. request.owner)
    redis.call('ZREM', keys[2], request.owner)
  end
  dropEmpty(keys)
end

handlers['budget.settle'] = function(request, keys)
  local boundaries = request.boundaries
  -- Its period is long over, and with it what was held.
  if boundaries and now >= boundaries[#boundaries] * 1000 then return end
  local budget = budgetOf(request, keys)
  local packed = redis.call('HGET', keys[1], 'hold ' .. request.owner)
  local hold = packed and cmsgpack.unpack(packed)
  if not hold then return end
  if not hold.charged then redis.call('HINCRBY', keys[1], 'held', whole(-hold.amount)) end
  use(keys, request.used - (hold.charged or 0))
  redis.call('HDEL', keys[1], 'hold ' .. request.owner)
  redis.call('ZREM', keys[2], request.owner)
  keepBudget(budget, keys)
  dropEmpty(keys)
end

handlers['budget.charge'] = function(request, keys)
  local budget = budgetOf(request, keys)
  if request.used == 0 then return end
  use(keys, request.used)
  keepBudget(budget, keys)
end

handlers['budget.read'] = function(request, keys)
  local budget = budgetOf(request, keys)
  return { used = whole(budget.used), held = whole(budget.held), resetsAt = budget.stop and whole(budget.stop) }
end

handlers['budget.renew'] = function(request, keys)
  local packed = redis.call('HGET', keys[1], 'hold ' .. request.owner)
  local isHeld = packed ~= false and not cmsgpack.unpack(packed).charged
  if isHeld then redis.call('ZADD', keys[2], whole(now + input.leaseMs * 1000), request.owner) end
  return { held = isHeld }
end
`;
