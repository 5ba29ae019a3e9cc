import type { Palette } from '../../../../lib/terminal/palette.ts';

/** Marks nothing. */
export const PLAIN: Palette = { bold: (text) => text, dim: (text) => text, good: (text) => text, bad: (text) => text };
