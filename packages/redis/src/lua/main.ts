/**
 * Carries a list of requests out as one step. At a refusal that is not only to be told it takes back what the list had taken, and
 * stops; so it does where a command fails, since a script that fails half way would leave its first half behind.
 */
export const MAIN = `
-- A client may send a command again where the connection broke before the answer: then it gets the answer, and nothing more.
local replyKey = input.keepReplyMs and KEYS[#KEYS]
local known = replyKey and redis.call('GET', replyKey)
if known then return known end

-- A command that was on its way for too long finds nobody who waits for its answer any more.
if input.deadline and now > tonumber(input.deadline) then
  return cjson.encode({ isLate = true, now = whole(now) })
end

local stale = {}
for index, request in ipairs(input.requests) do
  if request.op == 'fact.require' and request.mirror then
    local keys = keysOf(request)
    if isStale(request.mirror, keys) then
      local turns = turnsSince(request.mirror, keys)
      turns.index = index
      stale[#stale + 1] = turns
    end
  end
end
if #stale > 0 then return cjson.encode({ stale = stale, now = whole(now) }) end

local answers, undos = {}, {}

-- In reverse, of all requests or of those of one operation.
local function takeBack(operation)
  for index = #input.requests, 1, -1 do
    local request, undo = input.requests[index], undos[index]
    if undo and (not operation or request.operation == operation) then
      -- One that fails must not keep the others from being taken back.
      pcall(handlers[undo.op], undo, keysOf(request))
      undos[index] = false
    end
  end
end

local refused, skipped = nil, nil
for index, request in ipairs(input.requests) do
  answers[index], undos[index] = false, false
  if not refused and request.operation ~= skipped then
    local isDone, answer, undo = pcall(handlers[request.op], request, keysOf(request))
    if not isDone then
      takeBack()
      return redis.error_reply(type(answer) == 'table' and answer.err or 'ERR ' .. tostring(answer))
    end
    answers[index], undos[index] = answer or false, undo or false
    if answer and answer.admitted == false then
      if request.observe then
        skipped = request.operation
        takeBack(skipped)
      else
        refused = index
        takeBack()
      end
    end
  end
end

local reply = cjson.encode({
  now = whole(now), answers = answers, refused = refused, undos = input.isPart and undos or nil,
})
if replyKey then redis.call('SET', replyKey, reply, 'PX', input.keepReplyMs) end
return reply
`;
