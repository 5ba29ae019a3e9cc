import { InterruptedError } from './errors.ts';

/** The signals by which a person or a supervisor stops a command; a terminal that is closed sends SIGHUP. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C can come twice: from the terminal, and handed on by npm. */
const SAME_MS = 1_000;

type InterruptedProcess = Pick<NodeJS.Process, 'on' | 'exit'>;

/**
 * Aborts with an {@link InterruptedError} on Ctrl-C, SIGTERM or SIGHUP, so that the command can stop in good order. A second signal, at
 * least a second later, ends the process at once, with code 130.
 */
export function interruption(process: InterruptedProcess): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now();
      controller.abort(new InterruptedError(signal));
    } else if (performance.now() - firstAtMs > SAME_MS) {
      process.exit(130);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return controller.signal;
}
