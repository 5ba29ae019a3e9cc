import type { Progress } from '../../lib/terminal/progress.ts';
import type { Palette, Terminal } from '../../lib/terminal/terminal.ts';

/** Marks nothing. */
export const PLAIN: Palette = {
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  bad: (text) => text,
};

/** A terminal that keeps what a command writes. */
export class RecordingTerminal implements Terminal {
  readonly bold = PLAIN.bold;
  readonly dim = PLAIN.dim;
  readonly good = PLAIN.good;
  readonly bad = PLAIN.bad;
  readonly width: number | undefined;
  /** Standard output, as one text. */
  out = '';
  /** Lines of standard error. */
  readonly complaints: string[] = [];
  /** How the line of progress is described now; undefined when there is none. */
  describe: (() => string) | undefined;
  /** Aborting it is Ctrl-C. */
  readonly controller: AbortController;

  constructor({ width, controller = new AbortController() }: { width?: number; controller?: AbortController } = {}) {
    this.width = width;
    this.controller = controller;
  }

  /** Lines of standard output. */
  get lines(): string[] {
    return this.out === '' ? [] : this.out.replace(/\n$/, '').split('\n');
  }

  print(line: string): void {
    this.out += `${line}\n`;
  }

  async write(text: string): Promise<void> {
    this.out += text;
  }

  complain(line: string): void {
    this.complaints.push(line);
  }

  progress(describe: () => string): Progress {
    this.describe = describe;
    return {
      finish: () => {
        this.describe = undefined;
      },
    };
  }

  interruption(): AbortSignal {
    return this.controller.signal;
  }

  outliveOutput(): void {}
}
