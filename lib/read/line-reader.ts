import { UnreadableError } from '../archive/read-line.ts';
import type { SpanDetails } from './bound-condition.ts';
import type { LineOfTrace } from './kept-trace.ts';
import { detailsOf } from './line-details.ts';
import type { ObjectTexts } from './object-texts.ts';
import { type LineJson, readLine, readWholeLine } from './otlp-json.ts';
import type { PartLines } from './parts/part-lines.ts';

const utf8 = new TextDecoder();

/** In place of what could not be read, because it is not what the archive writes. */
export const DAMAGED = Symbol('damaged');

/** To be caught from a {@link LineReader}. */
export function ifDamaged(error: unknown): typeof DAMAGED {
  if (error instanceof UnreadableError) return DAMAGED;
  throw error;
}

/** Reads lines that summaries point to. Every call may throw an `UnreadableError`: what was there for its summary is damaged by now. */
export class LineReader {
  readonly #texts: ObjectTexts;
  readonly #parts: PartLines;

  constructor(texts: ObjectTexts, parts: PartLines) {
    this.#texts = texts;
    this.#parts = parts;
  }

  /** `undefined`: its object is gone. */
  async line(at: LineOfTrace): Promise<LineJson | undefined> {
    if (at.summary.part !== undefined) return this.#parts.line(at);
    const bytes = await this.#bytes(at);
    return bytes && readWholeLine(bytes);
  }

  /**
   * The details of the spans of a line, by row from the first one on. `undefined`: one of the texts is not on the line, or its object is
   * gone.
   */
  async details(at: LineOfTrace, needles: readonly string[]): Promise<readonly SpanDetails[] | undefined> {
    if (at.summary.part !== undefined) return this.#parts.details(at);
    const bytes = await this.#bytes(at);
    if (bytes === undefined) return undefined;
    if (needles.length > 0) {
      const text = utf8.decode(bytes);
      if (!needles.every((needle) => text.includes(needle))) return undefined;
    }
    return detailsOf(readLine(bytes));
  }

  async #bytes({ summary, line }: LineOfTrace): Promise<Uint8Array | undefined> {
    const text = await this.#texts.text(summary.key);
    return text?.subarray(summary.lines.begin[line], summary.lines.end[line]);
  }
}
