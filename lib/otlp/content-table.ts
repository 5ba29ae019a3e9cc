/**
 * V8 hashes a string of more than 16,383 units by its length alone, so all strings of one length collide. Pieces stay
 * far below that.
 */
const PIECE_LENGTH = 1024;

/**
 * Numbers byte sequences by their content, from 0 in the order of their first occurrence. It takes time linear in the
 * bytes, whatever they are: JavaScript's maps hash strings with a secret seed, so no sender can choose bytes that
 * collide here.
 */
export class ContentTable {
  readonly #numbers = new Map<string, number>();

  /** The number of different contents, including every prefix of a longer one that was numbered on the way. */
  get size(): number {
    return this.#numbers.size;
  }

  /**
   * The number of the content `before`, continued with `bytes[from, to)`. Two numbers are equal if they come from the
   * same `before` and were continued with the same runs of bytes. A run without bytes is a run, too.
   *
   * @param before a number of this table, or a negative number: each of these is a separate empty content
   */
  continued(before: number, bytes: Uint8Array, from: number, to: number): number {
    let number = before;
    let at = from;
    do {
      const end = Math.min(at + PIECE_LENGTH, to);
      number = this.#next(number, String.fromCharCode(...bytes.subarray(at, end)));
      at = end;
    } while (at < to);
    return number;
  }

  /** Whether `before` with exactly these bytes is new to this table. */
  add(before: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { size } = this;
    const number = this.continued(before, bytes, from, to);
    // Marks the end, because this content may be a prefix of another one.
    this.continued(number, bytes, to, to);
    return this.size > size;
  }

  /** Whether the text is new to this table. Only for tables that contain nothing but texts. */
  addText(text: string): boolean {
    const { size } = this;
    this.numberOfText(text);
    return this.size > size;
  }

  /** The number of the text. Only for tables that contain nothing but texts. */
  numberOfText(text: string): number {
    if (text.length <= PIECE_LENGTH) return this.#numberOf(`=${text}`);
    let number = -1;
    for (let at = 0; at < text.length; at += PIECE_LENGTH) {
      number = this.#next(number, text.slice(at, at + PIECE_LENGTH));
    }
    // Marks the end, because this text may be a prefix of another one.
    return this.#next(number, '');
  }

  #next(before: number, piece: string): number {
    return this.#numberOf(`${before}:${piece}`);
  }

  #numberOf(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}

/** V8 hashes a longer string by its length alone. */
const MAX_HASHED_LENGTH = 16_383;

/**
 * Prefix of the alias of a long key. No key begins with it, because half of a surrogate pair cannot occur in text that
 * was UTF-8.
 */
const ALIAS = '\ud800';

/**
 * Returns `map`, or a copy that can hold this key if V8 cannot hash it: to a `Map`, all such long keys of one length
 * have the same hash, so it would compare each with each. Call this before you add the key.
 */
export function mapFor<Value>(map: Map<string, Value>, key: string): Map<string, Value> {
  if (key.length <= MAX_HASHED_LENGTH || map instanceof LongKeyMap) return map;
  const copy = new LongKeyMap<Value>();
  for (const [known, value] of map) copy.set(known, value);
  return copy;
}

/** A map with long keys: the underlying `Map` has a short alias in place of each. */
class LongKeyMap<Value> extends Map<string, Value> {
  readonly #contents = new ContentTable();
  readonly #longKeys = new Map<string, string>();

  override get(key: string): Value | undefined {
    return super.get(this.#aliasOf(key));
  }

  override has(key: string): boolean {
    return super.has(this.#aliasOf(key));
  }

  override set(key: string, value: Value): this {
    const alias = this.#aliasOf(key);
    if (alias !== key) this.#longKeys.set(alias, key);
    return super.set(alias, value);
  }

  override delete(key: string): boolean {
    return super.delete(this.#aliasOf(key));
  }

  override *keys(): Generator<string, undefined> {
    for (const alias of super.keys()) yield this.#keyOf(alias);
  }

  override *entries(): Generator<[string, Value], undefined> {
    for (const [alias, value] of super.entries()) yield [this.#keyOf(alias), value];
  }

  override [Symbol.iterator](): Generator<[string, Value], undefined> {
    return this.entries();
  }

  override forEach(visit: (value: Value, key: string, map: Map<string, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  #aliasOf(key: string): string {
    return key.length <= MAX_HASHED_LENGTH ? key : `${ALIAS}${this.#contents.numberOfText(key)}`;
  }

  #keyOf(alias: string): string {
    return this.#longKeys.get(alias) ?? alias;
  }
}
