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
