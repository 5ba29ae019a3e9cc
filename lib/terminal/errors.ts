/**
 * How a command ends, for the shell and for scripts:
 *
 * | code | means |
 * |---|---|
 * | 0 | it did what the person asked |
 * | 1 | it found a problem or could not finish: an invalid configuration, an unreadable object, a refused call |
 * | 2 | the command line is wrong; nothing was done |
 * | 130 | Ctrl-C, SIGTERM or SIGHUP stopped it |
 *
 * These codes are a contract: scripts branch on them.
 */
export type ExitCode = 0 | 1 | 2 | 130;

/**
 * The command cannot do what was asked, and the message says everything that the person needs to know: what happened, what is
 * expected, what to do. Ends the command with exit code 1, after a line `error: …` for each problem.
 */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode = 1;
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: ErrorOptions) {
    const all = typeof problems === 'string' ? [problems] : problems;
    super(all.join('\n'), options);
    this.problems = all;
  }
}

/** The command line is wrong, and nothing was done. Ends the command with exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** Ctrl-C, SIGTERM or SIGHUP stopped the command. Ends it with exit code 130, without a message. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly signal: string;

  constructor(signal = 'SIGINT') {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** The reader of the result has closed the pipe, so that the rest is of no use. Ends the command with exit code 0. */
export class ReaderGoneError extends Error {
  override readonly name = 'ReaderGoneError';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
