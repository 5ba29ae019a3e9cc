import type { TraceLine } from '../../archive/read-line.ts';

/** How far a reader of the archive has come: these lines of this object, and all objects before it. */
export interface Position {
  readonly object: string;
  readonly lines: number;
  /** Whether nothing of the object is left. */
  readonly isWhole: boolean;
}

/** Lines that are sent together, and everything that was read on the way to them. */
export interface Batch {
  /** None when nothing that was read is to be sent. */
  readonly lines: readonly TraceLine[];
  /** Of the request. */
  readonly byteLength: number;
  /** Behind its last line. */
  readonly end: Position;
  /** Objects that end in it. */
  readonly objects: number;
  /** Objects and lines that could not be read: what they are, and why. */
  readonly unreadable: readonly string[];
}

const OPEN = Buffer.from('{"resourceSpans":[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}');

/** Of a request around its lines. */
export const ENVELOPE_BYTES = OPEN.length + CLOSE.length;

/** The lines as one export request in OTLP JSON. */
export function exportRequestOf(lines: readonly TraceLine[]): Buffer {
  const members = lines.flatMap(({ resourceSpans }, index) => (index === 0 ? [resourceSpans] : [COMMA, resourceSpans]));
  return Buffer.concat([OPEN, ...members, CLOSE]);
}

export function spansOf(lines: readonly TraceLine[]): number {
  return lines.reduce((sum, { spanCount }) => sum + spanCount, 0);
}
