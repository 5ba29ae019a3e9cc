import type { BackwardWriter } from './backward-writer.ts';

/** Columns of a row. */
const PARENT = 0;
const FIRST_PIECE = 1;
const FIRST_AFTER = 2;
const SIZE = 3;
const COPIES = 4;
const COLUMNS = 5;

/**
 * The `ResourceSpans` or `ScopeSpans` messages of a request, without the scopes or spans in them: the fields that each
 * of their traces gets a copy of. Each is a row of numbers. A message that turns out to have no span is removed, so a
 * request cannot use more rows than it has spans.
 */
export class EnvelopeTable {
  /** The number of envelopes. */
  count = 0;
  /**
   * Where their fields are, as pairs of start and end offsets: for each envelope the fields before its first child,
   * then the others.
   */
  readonly #pieces: number[] = [];
  /** The arrays never shrink; cells after these counts are free. */
  #pieceCells = 0;
  readonly #rows: number[] = [];

  /** How many numbers the table holds in memory. */
  get cellCount(): number {
    return this.#rows.length + this.#pieces.length;
  }

  /** Adds an envelope and returns its number. @param parent the number of the envelope that contains it */
  add(parent: number): number {
    const row = this.count * COLUMNS;
    const cells = this.#rows;
    cells[row + PARENT] = parent;
    cells[row + FIRST_PIECE] = this.#pieceCells;
    cells[row + FIRST_AFTER] = this.#pieceCells;
    cells[row + SIZE] = 0;
    cells[row + COPIES] = 0;
    return this.count++;
  }

  /** Adds a field to the last envelope. @param isAfterChild whether a child comes before it */
  addField(start: number, end: number, isAfterChild: boolean): void {
    const row = (this.count - 1) * COLUMNS;
    const cells = this.#rows;
    const pieces = this.#pieces;
    cells[row + SIZE] = (cells[row + SIZE] as number) + end - start;
    const first = cells[row + (isAfterChild ? FIRST_AFTER : FIRST_PIECE)] as number;
    if (this.#pieceCells > first && pieces[this.#pieceCells - 1] === start) {
      pieces[this.#pieceCells - 1] = end;
      return;
    }
    pieces[this.#pieceCells++] = start;
    pieces[this.#pieceCells++] = end;
    if (!isAfterChild) cells[row + FIRST_AFTER] = this.#pieceCells;
  }

  /** Removes the last envelope. */
  dropLast(): void {
    this.count--;
    this.#pieceCells = this.#rows[this.count * COLUMNS + FIRST_PIECE] as number;
  }

  /** Counts one more copy of the envelope to write. */
  addCopy(envelope: number): void {
    const at = envelope * COLUMNS + COPIES;
    this.#rows[at] = (this.#rows[at] as number) + 1;
  }

  parentOf(envelope: number): number {
    return this.#rows[envelope * COLUMNS + PARENT] as number;
  }

  /** The size of all its fields, in bytes. */
  sizeOf(envelope: number): number {
    return this.#rows[envelope * COLUMNS + SIZE] as number;
  }

  /** How often the envelope must be written: at most once per trace. */
  copiesOf(envelope: number): number {
    return this.#rows[envelope * COLUMNS + COPIES] as number;
  }

  /** Writes the fields before the first child, or those after it. */
  copyTo(writer: BackwardWriter, envelope: number, isAfterChild: boolean): void {
    const pieces = this.#pieces;
    const rows = this.#rows;
    const row = envelope * COLUMNS;
    const middle = rows[row + FIRST_AFTER] as number;
    const next = envelope + 1 < this.count ? (rows[row + COLUMNS + FIRST_PIECE] as number) : this.#pieceCells;
    const first = isAfterChild ? middle : (rows[row + FIRST_PIECE] as number);
    const end = isAfterChild ? next : middle;
    for (let i = end - 2; i >= first; i -= 2) writer.copy(pieces[i] as number, pieces[i + 1] as number);
  }
}
