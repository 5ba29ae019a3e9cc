import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** How text on a terminal is marked. Every mark also shows without colours. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** Colours for a terminal; plain text for a pipe, or when colours are not wanted (NO_COLOR). */
export function terminalPalette(stream: WriteStream): Palette {
  return {
    bold: (text) => styleText('bold', text, { stream }),
    dim: (text) => styleText('dim', text, { stream }),
    good: (text) => styleText('green', text, { stream }),
    bad: (text) => styleText('red', text, { stream }),
  };
}
