import { ContentTable } from './content-table.ts';

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
