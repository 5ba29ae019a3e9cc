/**
 * What an instance remembers of an object of the archive, or of a part: everything that searches and counts need but the
 * attributes, in columns. About 50 bytes a span; an object of two hundred traces takes a hundred kilobytes.
 *
 * A **row** is a span, by its number in the object. A **line** is a line of the archive; a trace has one, or some.
 */
export interface ObjectSummary {
  /** The key of the object. */
  readonly key: string;
  /** Of a part: its size, and the rows of the part, by row. */
  readonly part?: { readonly byteLength: number; readonly rows: Uint32Array };
  /** What it takes of the memory, about. */
  readonly byteLength: number;
  /** Lines that are not what the archive writes: they are left out. */
  readonly damage?: { readonly lines: number; readonly firstFault: string };
  readonly lines: LineColumns;
  readonly spans: SpanColumns;
  /** Names by number. */
  readonly texts: readonly string[];
  /** Keys of attributes in it. */
  readonly spanKeys: readonly string[];
  readonly resourceKeys: readonly string[];
  /** As in `attribute-filter.ts`; undefined: nothing is known of its attributes. */
  readonly filter: Uint32Array | undefined;
}

/** In place of the number of a text: there is none. */
export const NO_TEXT = 0xffff_ffff;

export interface LineColumns {
  readonly count: number;
  /** Four words each, as the hex digits come. */
  readonly traceId: Uint32Array;
  readonly seq: Uint32Array;
  /** Where the line is in the uncompressed text. */
  readonly begin: Uint32Array;
  readonly end: Uint32Array;
  /** The seconds that the times of its spans are counted from. */
  readonly baseSeconds: Float64Array;
  readonly rootService: Uint32Array;
  readonly rootName: Uint32Array;
  readonly policy: Uint32Array;
  /** NaN: unknown. */
  readonly weight: Float64Array;
  /** In milliseconds since the epoch. NaN: unknown. */
  readonly decidedAtMs: Float64Array;
  /** The first row of the line; behind the last line, the number of rows. */
  readonly firstRow: Uint32Array;
  /** The earliest start and the latest end of its spans, as the columns of spans have them. NaN: none has one. */
  readonly start: Float64Array;
  readonly finish: Float64Array;
  /** How many of its spans have failed. */
  readonly errors: Uint32Array;
}

export interface SpanColumns {
  /** Two words each. */
  readonly spanId: Uint32Array;
  /** Two words each; zero: a root. */
  readonly parentId: Uint32Array;
  /** The row of the parent; {@link ROOT}, or {@link ORPHAN} when it is not on this line. */
  readonly parent: Int32Array;
  readonly name: Uint32Array;
  readonly service: Uint32Array;
  /** Kind and status code: {@link kindOf}, {@link statusOf}. */
  readonly flags: Uint8Array;
  /** Nanoseconds from the `baseSeconds` of the line to the start. NaN: no start. */
  readonly start: Float64Array;
  /** The same to the end. NaN: not finished. */
  readonly end: Float64Array;
}

export const ROOT = -1;
export const ORPHAN = -2;

export const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
export const STATUSES = ['UNSET', 'OK', 'ERROR'] as const;
export const STATUS_ERROR = 2;

/** The number of a kind in {@link KINDS}. */
export function kindOf(flags: number): number {
  return flags & 7;
}

/** The number of a status in {@link STATUSES}. */
export function statusOf(flags: number): number {
  return flags >> 3;
}

/** Kinds and codes that OTLP does not know are those of 0. */
export function flagsOf(kind: number, statusCode: number): number {
  const known = (value: number, count: number) => (value > 0 && value < count ? value : 0);
  return known(kind, KINDS.length) | (known(statusCode, STATUSES.length) << 3);
}

/** Requests that a service answers, or takes from a queue. */
export function isRequest(kind: number): boolean {
  return kind === 2 || kind === 5;
}

/** The smaller of two times, of which either may be NaN: none. */
export function earlier(a: number, b: number): number {
  return b < a || Number.isNaN(a) ? b : a;
}

/** The larger of two times, of which either may be NaN: none. */
export function later(a: number, b: number): number {
  return b > a || Number.isNaN(a) ? b : a;
}

const HEX = '0123456789abcdef';

/** @param word its number in `words`, each of eight digits */
export function hexOf(words: Uint32Array, word: number, count: number): string {
  let hex = '';
  for (let at = word; at < word + count; at++) {
    const value = words[at] as number;
    for (let shift = 28; shift >= 0; shift -= 4) hex += HEX[(value >>> shift) & 15];
  }
  return hex;
}

/** Eight hex digits, in either case, as a number. */
export function wordOfHex(hex: string, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) {
    const code = hex.charCodeAt(i);
    // 0-9, or a-f, of which bit 6 is set.
    word = (word << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return word >>> 0;
}
