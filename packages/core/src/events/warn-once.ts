const warned = new WeakMap<object, Set<string>>();

/** Warns the process, once per owner and topic: for what must be seen but must not stop anything. */
export function warnOnce(owner: object, topic: string, message: string): void {
  let topics = warned.get(owner);
  if (topics === undefined) warned.set(owner, (topics = new Set()));
  if (topics.has(topic)) return;
  topics.add(topic);
  process.emitWarning(message, { type: 'ActGuardWarning', code: `ACTGUARD_${topic.toUpperCase()}` });
}
