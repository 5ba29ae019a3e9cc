/**
 * Cells of 32 bits, of which {@link IntTable} hands out each once. Cells of a table that is gone are never used again, so
 * no table can overwrite another, however long one is kept; the memory is freed with the last table in it.
 */
interface Block {
  readonly cells: Int32Array;
  /** The first cell that no table has. */
  used: number;
}

/** 64 KiB: the rows of some hundred traces. */
const BLOCK_CELLS = 16 * 1024;

/**
 * Where small tables with rows of one width share a block: creating a typed array for each costs more than filling it.
 *
 * The tables should be filled one after the other. A row that does not come right behind the one before moves its table.
 */
export class TableSpace {
  readonly width: number;
  /** The block in which the next table starts. */
  block: Block = { cells: new Int32Array(0), used: 0 };

  /** @param width cells in a row */
  constructor(width: number) {
    this.width = width;
  }
}

/**
 * A table of 32-bit integers that grows by rows.
 *
 * @example
 * ```ts
 * const pairs = new TableSpace(2);
 * const table = new IntTable(pairs);
 * const row = table.addRow();
 * table.cells[row] = 1;
 * table.cells[row + 1] = 2;
 * table.get(0, 1); // 2
 * ```
 */
export class IntTable {
  readonly width: number;
  /** The cell of `row` and `column` is at `start + row * width + column`. Adding a row may replace both. */
  cells: Int32Array;
  start: number;
  #end: number;
  readonly #space: TableSpace;
  #block: Block;

  constructor(space: TableSpace) {
    const { block } = space;
    this.width = space.width;
    this.cells = block.cells;
    this.start = block.used;
    this.#end = block.used;
    this.#space = space;
    this.#block = block;
  }

  /** The number of rows. */
  get length(): number {
    return (this.#end - this.start) / this.width;
  }

  get(row: number, column: number): number {
    return this.cells[this.start + row * this.width + column] as number;
  }

  /** Adds a row of zeros. @returns where it starts in {@link cells} */
  addRow(): number {
    if (this.#end !== this.#block.used || this.#end + this.width > this.cells.length) this.#move();
    const at = this.#end;
    this.#end = this.#block.used = at + this.width;
    return at;
  }

  /** Adds a copy of a row of a table of the same width, which may be this one. @returns where it starts in {@link cells} */
  addCopy(other: IntTable, row: number): number {
    const at = this.addRow();
    // Not before the row is added, which may move this table.
    const from = other.start + row * this.width;
    for (let column = 0; column < this.width; column++) {
      this.cells[at + column] = other.cells[from + column] as number;
    }
    return at;
  }

  /** Moves to where further rows have room: a shared block or, if the table is large, one of its own that doubles. */
  #move(): void {
    const rows = this.cells.subarray(this.start, this.#end);
    const wanted = 2 * (rows.length + this.width);
    const isShared = wanted <= BLOCK_CELLS;
    this.#block = { cells: new Int32Array(isShared ? BLOCK_CELLS : wanted), used: rows.length };
    if (isShared) this.#space.block = this.#block;
    this.cells = this.#block.cells;
    this.cells.set(rows);
    this.start = 0;
    this.#end = rows.length;
  }
}
