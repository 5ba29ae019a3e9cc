/**
 * A table of 32-bit integers that grows by rows. The cells are a plain array, because most traces are small: a typed
 * array costs more to make than a few dozen rows cost to read.
 */
export class IntTable {
  readonly width: number;
  /** The cell of `row` and `column` is at `row * width + column`. */
  readonly cells: number[] = [];

  constructor(width: number) {
    this.width = width;
  }

  get length(): number {
    return this.cells.length / this.width;
  }

  get(row: number, column: number): number {
    return this.cells[row * this.width + column] as number;
  }

  row(row: number): number[] {
    return this.cells.slice(row * this.width, (row + 1) * this.width);
  }
}
