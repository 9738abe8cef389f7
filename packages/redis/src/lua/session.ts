/**
 * Sessions: one hash with what is known of it, its facts and its steps, and a list of what its user said. Fields are a letter and
 * what it stands for, so that no kind or value can pose as another:
 *
 * - `f` length of the kind, `:`, kind, value: the mints of a fact; `l` the same with a folded value: spellings that fold to it
 * - `s:` tool: when it succeeded; `k:` kind: the revocation that counts for it
 * - `epoch` changes each time the session starts anew; `version` with every change of its facts; `revision` counts revocations;
 *   `due` when the next fact expires
 * - `open` runs, `idle` milliseconds, `owner` key of the session id, `claim` on it; `size` facts; `tokens` of user text
 */
export const SESSION = `
local function factField(letter, kind, text)
  return letter .. #kind .. ':' .. kind .. text
end

local function extend(keys)
  for _, key in ipairs(keys) do expireIn(key, input.runTtlMs) end
end

-- One that all runs have left is not kept by what is still done to it.
local function touch(keys)
  local held = redis.call('HMGET', keys[1], 'idle', 'open', 'owner')
  if held[1] and tonumber(held[2] or 0) == 0 then
    local left = redis.call('PTTL', keys[1])
    if left > 0 then redis.call('PEXPIRE', keys[2], left) end
  elseif redis.call('PTTL', keys[1]) < input.runTtlMs / 2 or redis.call('PTTL', keys[2]) == -1 then
    extend(keys)
    -- On a cluster it may lie on another node: there it stays for as long as when its last run joined.
    if held[3] and not input.isCluster then expireIn(held[3], input.runTtlMs) end
  end
end

local starts = 0

-- Never the same for two starts of a session, though one script may make several.
local function newEpoch()
  starts = starts + 1
  return whole(tonumber(input.epoch) + starts)
end

local function write(keys)
  if redis.call('HEXISTS', keys[1], 'epoch') == 0 then redis.call('HSET', keys[1], 'epoch', newEpoch()) end
end

handlers['owner.claim'] = function(request, keys)
  local user = redis.call('HGET', keys[1], 'user')
  if user and user ~= request.user then return { admitted = false } end
  local before = expiryOf(keys[1])
  redis.call('HSET', keys[1], 'user', request.user, 'claim', request.claim)
  expireIn(keys[1], math.max(input.runTtlMs, request.idleMs))
  return { admitted = true }, { op = 'owner.release', before = before and whole(before) }
end

handlers['owner.release'] = function(request, keys)
  if request.before then expireAt(keys[1], tonumber(request.before)) else redis.call('DEL', keys[1]) end
end

handlers['owner.idle'] = function(request, keys)
  if redis.call('HGET', keys[1], 'claim') == request.claim then expireIn(keys[1], request.idleMs) end
end

handlers['owner.drop'] = function(request, keys)
  if redis.call('HGET', keys[1], 'claim') == request.claim then redis.call('DEL', keys[1]) end
end

handlers['session.open'] = function(request, keys)
  local undo = { op = 'session.takeBackOpen', isNew = redis.call('EXISTS', keys[1]) == 0 }
  write(keys)
  local held = redis.call('HMGET', keys[1], 'open', 'idle')
  if tonumber(held[1] or 0) == 0 then
    local before = expiryOf(keys[1])
    undo.before, undo.idle = before and whole(before), held[2] or nil
  end
  redis.call('HINCRBY', keys[1], 'open', 1)
  redis.call('HSET', keys[1], 'idle', whole(request.idleMs), 'owner', request.owner, 'claim', request.claim)
  extend(keys)
  return { admitted = true }, undo
end

handlers['session.takeBackOpen'] = function(request, keys)
  if redis.call('HINCRBY', keys[1], 'open', -1) > 0 then return end
  if request.isNew then
    redis.call('DEL', unpack(keys))
    return
  end
  if request.idle then redis.call('HSET', keys[1], 'idle', request.idle) else redis.call('HDEL', keys[1], 'idle') end
  if request.before then for _, key in ipairs(keys) do expireAt(key, tonumber(request.before)) end end
end

-- The owner's key may lie on another node: then the caller says it to that one.
local function tellOwner(owner, op, request)
  if not owner then return {} end
  if input.isCluster then return { owner = owner, tell = op, claim = request.claim, idleMs = request.idleMs } end
  handlers[op](request, { owner })
  return {}
end

handlers['session.close'] = function(request, keys)
  local held = redis.call('HMGET', keys[1], 'open', 'idle', 'owner', 'claim')
  local open = tonumber(held[1] or 0)
  if open == 0 then return end
  redis.call('HSET', keys[1], 'open', open - 1)
  if open > 1 then return end
  for _, key in ipairs(keys) do expireIn(key, tonumber(held[2])) end
  return tellOwner(held[3], 'owner.idle', { claim = held[4], idleMs = tonumber(held[2]) })
end

handlers['session.end'] = function(request, keys)
  local held = redis.call('HMGET', keys[1], 'open', 'idle', 'owner', 'claim')
  redis.call('DEL', unpack(keys))
  -- Runs that have it open go on writing to it, and it has to be theirs and to become idle as ever.
  if tonumber(held[1] or 0) > 0 then
    redis.call('HSET', keys[1], 'epoch', newEpoch(), 'open', held[1], 'idle', held[2], 'owner', held[3],
      'claim', held[4])
    extend(keys)
    return
  end
  return tellOwner(held[3], 'owner.drop', { claim = held[4] })
end

handlers['step.add'] = function(request, keys)
  write(keys)
  redis.call('HSET', keys[1], 's:' .. request.tool, whole(now))
  touch(keys)
end

handlers['step.require'] = function(request, keys)
  for _, tool in ipairs(request.tools) do
    local at = tonumber(redis.call('HGET', keys[1], 's:' .. tool) or nil)
    if at and (not request.withinMs or now - at <= request.withinMs * 1000) then
      touch(keys)
      return { admitted = true }
    end
  end
  return { admitted = false }
end

handlers['turn.add'] = function(request, keys)
  write(keys)
  local tokens = tonumber(redis.call('HGET', keys[1], 'tokens') or 0) + request.cost
  if tokens > input.maxTokens then
    touch(keys)
    return { added = false }
  end
  redis.call('HSET', keys[1], 'tokens', tokens)
  local turns = redis.call('RPUSH', keys[2], request.text)
  touch(keys)
  return { added = true, epoch = redis.call('HGET', keys[1], 'epoch'), turns = turns }
end

-- What was said since the caller looked last; all of it where the session has started anew meanwhile.
local function turnsSince(mirror, keys)
  local epoch = redis.call('HGET', keys[1], 'epoch') or ''
  local from = epoch == mirror.epoch and mirror.turns or 0
  return { epoch = epoch, from = from, texts = redis.call('LRANGE', keys[2], from, -1) }
end

local function isStale(mirror, keys)
  return mirror.epoch ~= (redis.call('HGET', keys[1], 'epoch') or '') or mirror.turns ~= redis.call('LLEN', keys[2])
end
`;
