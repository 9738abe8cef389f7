/** Attempts: a hash per run, a field per tool. */
export const ATTEMPTS = `
handlers['attempt.take'] = function(request, keys)
  local used = redis.call('HINCRBY', keys[1], request.tool, 1)
  expireIn(keys[1], input.runTtlMs)
  return { admitted = used <= request.limit, used = used }
end

handlers['attempts.drop'] = function(request, keys)
  redis.call('DEL', keys[1])
end
`;
