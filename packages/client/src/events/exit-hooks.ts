const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Marks our listeners, those of another copy of the package too. */
const OURS = Symbol.for('actguard.exit-hook');

type SignalListener = (signal: NodeJS.Signals) => void;

/**
 * Runs a function when the process runs out of work, or is told to end by a signal. A signal that nobody else listens to ends
 * the process as it would have without us, after the function; one that others listen to is theirs.
 *
 * @param work must settle by itself, soon
 * @returns what removes the hooks
 */
export function atExit(work: () => Promise<unknown>): () => void {
  let isEnding = false;

  const onSignal: SignalListener = (signal) => {
    // Asked once: at that time, whoever listens only once has not been called yet, because we are called first.
    const isOurs = process.listeners(signal).every((listener) => OURS in listener);
    if (isEnding) {
      // Whoever asks twice does not want to wait.
      if (isOurs) end(signal);
      return;
    }
    isEnding = true;
    void work().then(
      () => finished(signal, isOurs),
      () => finished(signal, isOurs),
    );
  };
  const onBeforeExit = (): void => void work().catch(() => {});

  function finished(signal: NodeJS.Signals, isOurs: boolean): void {
    isEnding = false;
    if (isOurs) end(signal);
  }

  function end(signal: NodeJS.Signals): void {
    process.removeListener(signal, onSignal);
    // Other clients are still at work, and will end it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  Object.defineProperty(onSignal, OURS, { value: true });
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  process.on('beforeExit', onBeforeExit);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    process.removeListener('beforeExit', onBeforeExit);
  };
}
