/** A value as JSON can carry it. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

/** A column of an answer, and how its values are written. */
export interface ResultColumn<Value> {
  readonly name: string;
  readonly isNumeric: boolean;
  /** Whether its values are floating-point numbers, which a table for people rounds. */
  readonly isDouble: boolean;
  /** As the text of a table cell: on one line, and safe for a terminal. */
  toText(value: Value): string;
  /** As JSON can carry it. */
  toPlain(value: Value): PlainValue;
}

/** The answer of an engine to one statement. */
export interface QueryResult<Value> {
  readonly columns: readonly ResultColumn<Value>[];
  /** The rows in batches, as they come. They can be read once. */
  readonly batches: AsyncIterable<readonly (readonly Value[])[]>;
  /** The last column is a text for a person to read, such as a plan: no table. */
  readonly isText: boolean;
}
