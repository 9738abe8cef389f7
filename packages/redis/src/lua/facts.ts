/** Facts of a session. What is asked of a mint is in fields of its own, the rest of its origin is the caller's, in `origin`. */
export const FACTS = `
local function mintsOf(keys, kind, value)
  local packed = redis.call('HGET', keys[1], factField('f', kind, value))
  return packed and cmsgpack.unpack(packed) or {}
end

-- More are too many to tell which is meant, and a tool's result chooses how many there are.
local MAX_SPELLINGS = 32

local function spellingsOf(keys, kind, fold)
  local packed = redis.call('HGET', keys[1], factField('l', kind, fold))
  return packed and cmsgpack.unpack(packed) or {}
end

-- Spellings that differ from what they fold to; those that do not are found as they are.
local function changeSpelling(keys, kind, value, fold, isHeld)
  local others, known = {}, spellingsOf(keys, kind, fold)
  -- Whether others are left that are not in the list is not known, so it stays full.
  if #known == MAX_SPELLINGS then return end
  for _, spelling in ipairs(known) do
    if spelling ~= value then others[#others + 1] = spelling end
  end
  if isHeld then others[#others + 1] = value end
  local field = factField('l', kind, fold)
  if #others == 0 then redis.call('HDEL', keys[1], field) else redis.call('HSET', keys[1], field, cmsgpack.pack(others)) end
end

local function writeMints(keys, kind, value, mints, before)
  local field = factField('f', kind, value)
  if #mints > 0 then
    redis.call('HSET', keys[1], field, cmsgpack.pack(mints))
    return
  end
  redis.call('HDEL', keys[1], field)
  if before[1] and before[1].fold then changeSpelling(keys, kind, value, before[1].fold, false) end
end

-- The kind and the value of a field; nil for one that is no fact.
local function factOf(field)
  local length, rest = string.match(field, '^f(%d+):(.*)$')
  if not length then return nil end
  return string.sub(rest, 1, length), string.sub(rest, length + 1)
end

local function isLive(mint)
  return not mint.expiresAt or mint.expiresAt > now
end

local function isSameSource(a, b)
  return a.source == b.source and a.tool == b.tool and a.about == b.about
end

local function changed(keys, size)
  redis.call('HINCRBY', keys[1], 'version', 1)
  if size ~= 0 then redis.call('HINCRBY', keys[1], 'size', size) end
end

-- What expired still has its place until room is needed.
local function dropExpiredFacts(keys)
  local due = tonumber(redis.call('HGET', keys[1], 'due') or nil)
  if not due or due > now then return end
  local fields = redis.call('HGETALL', keys[1])
  local dropped, nextDue = 0, nil
  for index = 1, #fields, 2 do
    local kind, value = factOf(fields[index])
    if kind then
      local mints, live = cmsgpack.unpack(fields[index + 1]), {}
      for _, mint in ipairs(mints) do
        if isLive(mint) then
          live[#live + 1] = mint
          if mint.expiresAt then nextDue = math.min(nextDue or mint.expiresAt, mint.expiresAt) end
        end
      end
      dropped = dropped + #mints - #live
      if #live < #mints then writeMints(keys, kind, value, live, mints) end
    end
  end
  if nextDue then redis.call('HSET', keys[1], 'due', whole(nextDue)) else redis.call('HDEL', keys[1], 'due') end
  changed(keys, -dropped)
end

local function roomLeft(keys)
  return input.maxFacts - tonumber(redis.call('HGET', keys[1], 'size') or 0)
end

-- The same fact from the same source takes the place of the older one. Answers whether there was room.
local function addMint(keys, kind, value, mint)
  local mints = mintsOf(keys, kind, value)
  local at = #mints + 1
  for index, held in ipairs(mints) do if isSameSource(held, mint) then at = index end end
  local isNew = at > #mints
  if isNew and roomLeft(keys) <= 0 then
    dropExpiredFacts(keys)
    if roomLeft(keys) <= 0 then return false end
    mints = mintsOf(keys, kind, value)
    at = #mints + 1
  end
  mint.number = redis.call('HINCRBY', keys[1], 'version', 1)
  mints[at] = mint
  writeMints(keys, kind, value, mints)
  if isNew then redis.call('HINCRBY', keys[1], 'size', 1) end
  if #mints == 1 and mint.fold then changeSpelling(keys, kind, value, mint.fold, true) end
  if mint.expiresAt then
    local due = tonumber(redis.call('HGET', keys[1], 'due') or nil)
    if not due or mint.expiresAt < due then redis.call('HSET', keys[1], 'due', whole(mint.expiresAt)) end
  end
  return true
end

handlers['fact.add'] = function(request, keys)
  write(keys)
  local expiresAt = request.ttlMs and now + request.ttlMs * 1000
  local added = 0
  for _, each in ipairs(request.values) do
    local mint = {
      source = request.source, tool = request.tool, about = request.about, origin = request.origin, expiresAt = expiresAt,
      fold = each.fold ~= each.value and each.fold or nil,
    }
    if addMint(keys, request.kind, each.value, mint) then added = added + 1 end
  end
  touch(keys)
  return { added = added }
end

local function counts(mint, request)
  if not isLive(mint) or (request.about and mint.about ~= request.about) then return false end
  if mint.source == 'app' then return request.app end
  if type(request.tool) == 'boolean' then return request.tool end
  for _, tool in ipairs(request.tool) do if tool == mint.tool then return true end end
  return false
end

local function countingMints(keys, request, value)
  local found = {}
  for _, mint in ipairs(mintsOf(keys, request.kind, value)) do
    if counts(mint, request) then found[#found + 1] = mint end
  end
  return found
end

local function looseMatch(keys, request, fold)
  local spellings = spellingsOf(keys, request.kind, fold)
  if #spellings == MAX_SPELLINGS then return nil, 'ambiguous' end
  spellings[#spellings + 1] = fold
  local match = nil
  for _, spelling in ipairs(spellings) do
    local mints = countingMints(keys, request, spelling)
    if #mints > 0 then
      if match then return nil, 'ambiguous' end
      match = { value = spelling, mints = mints }
    end
  end
  return match
end

-- What the user said is about nobody, so it cannot stand in where a fact has to be about a value.
local function match(keys, request, each)
  local exact = countingMints(keys, request, each.value)
  if #exact > 0 then return { value = each.value, mints = exact } end
  if request.loose then
    local loose, problem = looseMatch(keys, request, each.fold)
    if loose or problem then return loose, problem end
  end
  if each.mention and not request.about then return { value = each.mention, mints = {} } end
  return nil, 'missing'
end

local function originOf(mint)
  return { source = mint.source, tool = mint.tool, about = mint.about, origin = mint.origin }
end

local function revisionOf(keys, kind)
  local field = kind and 'k:' .. kind or 'revision'
  return tonumber(redis.call('HGET', keys[1], field) or 0)
end

local function take(keys, request, found)
  local taken = {}
  local epoch = redis.call('HGET', keys[1], 'epoch')
  local revision = revisionOf(keys)
  for _, each in ipairs(found) do
    local held = mintsOf(keys, request.kind, each.value)
    local left = {}
    for _, mint in ipairs(held) do if not counts(mint, request) then left[#left + 1] = mint end end
    writeMints(keys, request.kind, each.value, left, held)
    if #left < #held then changed(keys, #left - #held) end
    for _, mint in ipairs(each.mints) do
      local one = originOf(mint)
      one.kind, one.value, one.fold = request.kind, each.value, mint.fold
      one.expiresAt = mint.expiresAt and whole(mint.expiresAt)
      one.epoch, one.revision = epoch, revision
      taken[#taken + 1] = one
    end
  end
  return taken
end

handlers['fact.require'] = function(request, keys)
  local found = {}
  for index, each in ipairs(request.values) do
    local matched, problem = match(keys, request, each)
    if not matched then return { admitted = false, index = index, why = problem } end
    found[index] = matched
  end
  local answer = { admitted = true, spellings = {}, origins = {} }
  for index, each in ipairs(found) do
    answer.spellings[index] = each.value
    answer.origins[index] = each.mints[1] and originOf(each.mints[1]) or false
  end
  if #found > 0 then touch(keys) end
  if not request.consume then return answer end
  answer.taken = take(keys, request, found)
  return answer, { op = 'fact.giveBack', taken = answer.taken }
end

handlers['fact.giveBack'] = function(request, keys)
  local epoch = redis.call('HGET', keys[1], 'epoch')
  for _, each in ipairs(request.taken) do
    local expiresAt = tonumber(each.expiresAt or nil)
    local mint = {
      source = each.source, tool = each.tool, about = each.about, origin = each.origin, expiresAt = expiresAt,
      fold = each.fold ~= each.value and each.fold or nil,
    }
    local isForgotten = epoch ~= each.epoch or revisionOf(keys, each.kind) > each.revision
    local isRenewed = false
    for _, held in ipairs(mintsOf(keys, each.kind, each.value)) do
      if isLive(held) and isSameSource(held, mint) then isRenewed = true end
    end
    if isLive(mint) and not isForgotten and not isRenewed then addMint(keys, each.kind, each.value, mint) end
  end
end

handlers['fact.revoke'] = function(request, keys)
  if redis.call('EXISTS', keys[1]) == 0 then return end
  local dropped = 0
  if request.value then
    local held = mintsOf(keys, request.kind, request.value)
    dropped = #held
    writeMints(keys, request.kind, request.value, {}, held)
  else
    local facts, folds = factField('f', request.kind, ''), factField('l', request.kind, '')
    for _, field in ipairs(redis.call('HKEYS', keys[1])) do
      local start = string.sub(field, 1, #facts)
      if start == facts then dropped = dropped + #cmsgpack.unpack(redis.call('HGET', keys[1], field)) end
      if start == facts or start == folds then redis.call('HDEL', keys[1], field) end
    end
  end
  redis.call('HSET', keys[1], 'k:' .. request.kind, redis.call('HINCRBY', keys[1], 'revision', 1))
  changed(keys, -dropped)
end

local function allFacts(keys)
  local facts = {}
  local fields = redis.call('HGETALL', keys[1])
  for index = 1, #fields, 2 do
    local kind, value = factOf(fields[index])
    if kind then
      for _, mint in ipairs(cmsgpack.unpack(fields[index + 1])) do
        local fact = originOf(mint)
        fact.kind, fact.value = kind, value
        fact.number, fact.expiresAt = mint.number, mint.expiresAt and whole(mint.expiresAt)
        facts[#facts + 1] = fact
      end
    end
  end
  return facts
end

handlers['fact.read'] = function(request, keys)
  local mirror = request.mirror
  local answer = turnsSince(mirror, keys)
  answer.version = tonumber(redis.call('HGET', keys[1], 'version') or 0)
  if answer.epoch ~= mirror.epoch or answer.version ~= mirror.version then answer.facts = allFacts(keys) end
  if answer.epoch ~= '' then touch(keys) end
  return answer
end
`;
