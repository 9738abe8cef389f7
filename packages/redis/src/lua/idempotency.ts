/**
 * Records of executions: a hash per key, and for what is dropped as a whole an index of the keys of a scope. As long as a method
 * runs its record has a lease that its process renews; where it does not, nobody knows what became of the execution.
 */
export const IDEMPOTENCY = `
local function recordOf(key)
  local held = redis.call('HMGET', key, 'state', 'owner', 'args', 'lease', 'ttl', 'result', 'error')
  if not held[1] then return nil end
  local record = {
    state = held[1], owner = held[2], args = held[3], lease = tonumber(held[4] or nil), ttl = tonumber(held[5]),
    result = held[6] or nil, error = held[7] or nil,
  }
  record.running = record.lease ~= nil and record.lease > now
  if record.state == 'inProgress' and not record.running then
    record.state = 'unknown'
    record.error = 'LeaseExpired'
  end
  return record
end

local function keep(keys, ms)
  expireIn(keys[1], ms)
  if not keys[2] then return end
  redis.call('ZADD', keys[2], whole(now + ms * 1000), keys[1])
  redis.call('ZREMRANGEBYSCORE', keys[2], '-inf', whole(now))
  -- As long as the record in it that stays longest.
  expireAt(keys[2], tonumber(redis.call('ZRANGE', keys[2], -1, -1, 'WITHSCORES')[2]))
end

local function forget(keys)
  redis.call('DEL', keys[1])
  if keys[2] then redis.call('ZREM', keys[2], keys[1]) end
end

local function restore(keys, packed)
  local replaced = packed and cmsgpack.unpack(packed)
  if not replaced or replaced.expiresAt <= now then return end
  redis.call('HSET', keys[1], unpack(replaced.fields))
  keep(keys, (replaced.expiresAt - now) / 1000)
end

local function finish(request, keys)
  local record = recordOf(keys[1])
  if not record or record.owner ~= request.owner or record.state == 'done' then return end
  if request.state == 'refused' or request.state == 'free' then
    local replaced = redis.call('HGET', keys[1], 'replaced')
    forget(keys)
    if request.state == 'refused' then restore(keys, replaced) end
    return
  end
  redis.call('HDEL', keys[1], 'lease', 'result', 'error', 'replaced')
  redis.call('HSET', keys[1], 'state', request.state, 'ttl', whole(request.ttlMs))
  if request.result then redis.call('HSET', keys[1], 'result', request.result) end
  if request.lastError then redis.call('HSET', keys[1], 'error', request.lastError) end
  if request.running then
    redis.call('HSET', keys[1], 'lease', whole(now + input.leaseMs * 1000))
    keep(keys, input.leaseMs + request.ttlMs)
  else
    keep(keys, request.ttlMs)
  end
end

handlers['idempotency.begin'] = function(request, keys)
  if request.concludes then
    local concludes = request.concludes
    finish({ owner = concludes.owner, state = 'done', result = concludes.result, ttlMs = request.ttlMs }, keys)
  end
  local undo = { op = 'idempotency.finish', owner = request.owner, state = 'refused', ttlMs = request.ttlMs }
  local known = recordOf(keys[1])
  local isReplaced = known and known.state == 'unknown' and not known.running and known.owner == request.replaces
  if known and not isReplaced then
    return {
      admitted = false, state = known.state, sameArguments = known.args == request.args, owner = known.owner,
      running = known.running, result = known.result, lastError = known.error,
    }
  end
  local replaced = nil
  if known then
    redis.call('HDEL', keys[1], 'replaced', 'lease')
    redis.call('HSET', keys[1], 'state', 'unknown')
    if known.error then redis.call('HSET', keys[1], 'error', known.error) end
    local fields = redis.call('HGETALL', keys[1])
    replaced = cmsgpack.pack({ fields = fields, expiresAt = expiryOf(keys[1]) or now })
    redis.call('DEL', keys[1])
  end
  redis.call('HSET', keys[1], 'state', 'inProgress', 'owner', request.owner, 'args', request.args,
    'lease', whole(now + input.leaseMs * 1000), 'ttl', whole(request.ttlMs))
  if replaced then redis.call('HSET', keys[1], 'replaced', replaced) end
  keep(keys, input.leaseMs + request.ttlMs)
  return { admitted = true }, undo
end

handlers['idempotency.finish'] = finish

handlers['idempotency.renew'] = function(request, keys)
  local record = recordOf(keys[1])
  local isHeld = record ~= nil and record.owner == request.owner and record.lease ~= nil
  if isHeld then
    redis.call('HSET', keys[1], 'lease', whole(now + input.leaseMs * 1000))
    keep(keys, input.leaseMs + record.ttl)
  end
  return { held = isHeld }
end

handlers['records.drop'] = function(request, keys)
  for _, key in ipairs(redis.call('ZRANGE', keys[1], 0, -1)) do
    local record = request.keepRunning and recordOf(key)
    if not record or not record.running then
      redis.call('DEL', key)
      redis.call('ZREM', keys[1], key)
    end
  end
end
`;
