const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** One Ctrl-C can come twice: from the terminal, and handed on by npm. */
const SAME_MS = 1_000;

type InterruptedProcess = Pick<NodeJS.Process, 'on' | 'removeAllListeners' | 'kill' | 'pid'>;

/**
 * Aborts when somebody presses Ctrl-C, or the process is told to end. Whoever insists ends the process at once.
 *
 * @param reason of the signal; default: an `AbortError`
 */
export function interruption(process: InterruptedProcess, reason?: Error): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now();
      controller.abort(reason);
    } else if (performance.now() - firstAtMs > SAME_MS) {
      for (const handled of SIGNALS) process.removeAllListeners(handled);
      process.kill(process.pid, signal);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return controller.signal;
}
