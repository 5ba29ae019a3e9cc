import type { WriteStream } from 'node:tty';

/** A line that shows how far something is. */
export interface Progress {
  /** Shows nothing more, and makes room for other output. */
  finish(): void;
}

export interface ProgressOptions {
  /** Writes a line every ten seconds when the output is a pipe or a file. Default: only a terminal shows progress. */
  readonly alsoInPipe?: boolean;
}

const IN_PLACE_MS = 200;
const IN_PIPE_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/** The line of a stream that changes in place; other output of the same terminal asks it to make room first. */
export class ProgressLine {
  readonly #stream: WriteStream;
  #isShown = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** @param describe is asked for the line each time it is shown */
  start(describe: () => string, { alsoInPipe = false }: ProgressOptions = {}): Progress {
    const { isTTY } = this.#stream;
    if (!isTTY && !alsoInPipe) return { finish() {} };
    const timer = setInterval(() => this.#show(describe()), isTTY ? IN_PLACE_MS : IN_PIPE_MS);
    return {
      finish: () => {
        clearInterval(timer);
        this.clear();
      },
    };
  }

  /** The next update shows the line again, below what was written since. */
  clear(): void {
    if (this.#isShown) this.#stream.write(CLEAR_LINE);
    this.#isShown = false;
  }

  #show(line: string): void {
    const { isTTY, columns } = this.#stream;
    this.#stream.write(isTTY ? CLEAR_LINE + line.slice(0, (columns || 80) - 1) : `${line}\n`);
    this.#isShown = isTTY;
  }
}
