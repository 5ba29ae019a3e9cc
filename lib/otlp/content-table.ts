/** V8 hashes a longer text by its length alone. */
const MAX_HASHED_LENGTH = 16_383;
/** Begins what stands for a long key. No key begins with it: half of a surrogate pair is not in any text that was UTF-8. */
const ALIAS = '\ud800';

/**
 * The map, or one in its place when V8 cannot hash this key: to a `Map` all of these keys of one length are alike, so that
 * it compares each with each. To be called before the key is added.
 */
export function mapFor<Value>(map: Map<string, Value>, key: string): Map<string, Value> {
  if (key.length <= MAX_HASHED_LENGTH || map instanceof LongKeyMap) return map;
  const copy = new LongKeyMap<Value>();
  for (const [known, value] of map) copy.set(known, value);
  return copy;
}

/** A map whose keys may be long texts: what it is made of has a short text in place of each of them. */
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

/** V8 hashes a string of more than 16,383 units by its length alone, so that all of one length collide; pieces stay far below. */
const PIECE_LENGTH = 1024;

/**
 * Numbers runs of bytes by their content, from 0 in the order in which they are first seen. The time that it takes is
 * linear in the bytes, whatever they are: JavaScript's maps hash strings with a secret seed, so that no sender can choose
 * bytes that collide here.
 */
export class ContentTable {
  readonly #numbers = new Map<string, number>();

  /** How many different contents there are, with every beginning of a longer one that was passed on the way. */
  get size(): number {
    return this.#numbers.size;
  }

  /**
   * The number of the content `before`, continued with `bytes[from, to)`. Two numbers are the same when they stem from the
   * same `before` and were continued with the same runs of bytes. A run without bytes is a run, too.
   *
   * @param before a number of this table, or a negative number: each of these is an empty content of its own
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

  /** Whether `before` with these bytes, and no more, is new to this table. */
  add(before: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { size } = this;
    const number = this.continued(before, bytes, from, to);
    // Here the content ends: it may be the beginning of another one.
    this.continued(number, bytes, to, to);
    return this.size > size;
  }

  /** Whether the text is new to this table: it has not been asked for it before. For a table that has texts alone. */
  addText(text: string): boolean {
    const { size } = this;
    this.numberOfText(text);
    return this.size > size;
  }

  /** The number of the text. For a table that has texts alone. */
  numberOfText(text: string): number {
    if (text.length <= PIECE_LENGTH) return this.#numberOf(`=${text}`);
    let number = -1;
    for (let at = 0; at < text.length; at += PIECE_LENGTH) {
      number = this.#next(number, text.slice(at, at + PIECE_LENGTH));
    }
    // Here the text ends: it may be the beginning of another one.
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
