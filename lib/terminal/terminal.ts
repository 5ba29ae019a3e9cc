import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { ReaderGoneError } from './errors.ts';
import { interruption, SIGNALS } from './interruption.ts';
import { type Progress, ProgressLine, type ProgressOptions } from './progress.ts';
import { escapeLines } from './show.ts';

/** How text on a terminal is marked. Every mark also shows without colours. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** The only way out of a command: what it writes, how that looks, and how a person stops it. */
export interface Terminal extends Palette {
  /** Writes a line of the result to standard output. */
  print(line: string): void;
  /**
   * Writes text of the result as it is, and resolves when the reader has room for more.
   *
   * @throws {ReaderGoneError} when the reader has closed the pipe (`| head`): there is nothing more to do
   */
  write(text: string): Promise<void>;
  /**
   * Writes a line that is no part of the result to standard error: a hint, a warning, an error. Such lines repeat what others
   * wrote, in files and on command lines, so that what would command the terminal is escaped.
   */
  complain(line: string): void;
  /** Columns of the terminal that shows standard output; undefined when that is a pipe or a file. */
  readonly width: number | undefined;
  /** Shows a line on standard error that changes, in place on a terminal. One at a time. */
  progress(describe: () => string, options?: ProgressOptions): Progress;
  /**
   * Aborts with an `InterruptedError` on Ctrl-C, SIGTERM or SIGHUP. Before the first call a signal ends the process with code 130;
   * afterwards only a second one, at least a second later, does.
   */
  interruption(): AbortSignal;
  /**
   * From now on, lines that standard output has no room for are lost, and the command goes on: for a server whose log is on a disk
   * that is full. Otherwise such a result is not whole, which ends the command with code 1.
   */
  outliveOutput(): void;
}

/**
 * The terminal of a process. Colours follow Node.js: on a terminal that has them, unless `NO_COLOR` is set; with `FORCE_COLOR`
 * everywhere. A reader that closes the pipe (`| head`) is no error: what is printed for it is dropped, and the command goes on to its
 * own end and exit code.
 */
export function createTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr } = process;
  let isReaderGone = false;
  let mustBeWhole = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') isReaderGone = true;
    else if (mustBeWhole) process.exit(1);
  });
  // Without a reader of errors there is no way to report that it is gone.
  stderr.on('error', () => undefined);
  const progress = new ProgressLine(stderr);
  const end = () => process.exit(130);
  for (const signal of SIGNALS) process.on(signal, end);
  let interrupted: AbortSignal | undefined;
  return {
    ...terminalPalette(stdout),
    // A window may change its size while a server runs in it.
    get width() {
      return stdout.isTTY ? stdout.columns || 80 : undefined;
    },
    print(line) {
      progress.clear();
      if (!isReaderGone) stdout.write(`${line}\n`);
    },
    async write(text) {
      progress.clear();
      if (!isReaderGone && !stdout.write(text)) {
        // An error instead of room is that of the listener above.
        await once(stdout, 'drain').catch(() => undefined);
      }
      if (isReaderGone) throw new ReaderGoneError('the reader of the result has closed the pipe');
    },
    complain(line) {
      progress.clear();
      stderr.write(`${escapeLines(line)}\n`);
    },
    progress: (describe, options) => progress.start(describe, options),
    interruption() {
      for (const signal of SIGNALS) process.off(signal, end);
      interrupted ??= interruption(process);
      return interrupted;
    },
    outliveOutput() {
      mustBeWhole = false;
    },
  };
}

/** Colours for a terminal; plain text for a pipe, or when colours are not wanted (NO_COLOR). */
function terminalPalette(stream: WriteStream): Palette {
  return {
    bold: (text) => styleText('bold', text, { stream }),
    dim: (text) => styleText('dim', text, { stream }),
    good: (text) => styleText('green', text, { stream }),
    bad: (text) => styleText('red', text, { stream }),
  };
}
