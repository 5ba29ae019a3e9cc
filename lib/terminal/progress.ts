import type { WriteStream } from 'node:tty';

/** One line that is written over and over. */
export interface ProgressLine {
  show(text: string): void;
  /** Makes room for other output. */
  clear(): void;
}

/** On a terminal; undefined when nobody looks. */
export function progressLine(stream: WriteStream): ProgressLine | undefined {
  if (!stream.isTTY) return undefined;
  let isShown = false;
  return {
    show(text) {
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`);
      isShown = true;
    },
    clear() {
      if (isShown) stream.write('\r\x1b[K');
      isShown = false;
    },
  };
}

const TERMINAL_INTERVAL_MS = 200;
const PIPE_INTERVAL_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface ProgressOutput {
  /** A line of its own, above the one that changes. */
  readonly complain: (line: string) => void;
  /** Shows a line that changes: in place on a terminal, now and then as a new line elsewhere. */
  readonly progress: (describe: () => string) => { finish(): void };
}

export function showProgress(stream: WriteStream): ProgressOutput {
  return {
    complain: (line) => stream.write(stream.isTTY ? `${CLEAR_LINE}${line}\n` : `${line}\n`),
    progress(describe) {
      const update = () =>
        stream.write(stream.isTTY ? CLEAR_LINE + describe().slice(0, stream.columns - 1) : `${describe()}\n`);
      const timer = setInterval(update, stream.isTTY ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS);
      return {
        finish() {
          clearInterval(timer);
          if (stream.isTTY) stream.write(CLEAR_LINE);
        },
      };
    },
  };
}
