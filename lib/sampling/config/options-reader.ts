import { didYouMean, nearestName } from '../../text/nearest-name.ts';
import type { ConfigIssues, ConfigNode, ConfigPath } from './issues.ts';
import { describe } from './issues.ts';
import { REPORTED } from './substitution.ts';

interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
}

const INT32: IntegerRange = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const INT64: IntegerRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UINT64: IntegerRange = { min: 0n, max: 2n ** 64n - 1n };

/**
 * Reads the typed options of one YAML map. A missing (or null) option reads as the zero value of its type, as in the
 * Collector. A wrong one is reported and reads as the zero value too. Call {@link finish} when everything has been
 * read: it reports each key that was never read as unknown.
 */
export class OptionsReader {
  readonly path: ConfigPath;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #issues: ConfigIssues;
  readonly #knownKeys: string[] = [];
  readonly #ignoredKeys = new Set<string>();
  readonly #failedKeys = new Set<string | undefined>();

  constructor({ value, path }: ConfigNode, issues: ConfigIssues) {
    this.path = path;
    this.#issues = issues;
    this.#values = new Map(isMap(value) ? Object.entries(value) : []);
    if (value === REPORTED) this.#failedKeys.add(undefined);
    else if (!isMap(value) && value !== undefined && value !== null) {
      this.error(undefined, `expected a map of options, got ${describe(value)}`);
    }
  }

  /** Whether anything has been reported as wrong so far. Checks that combine several options are pointless then. */
  get failed(): boolean {
    return this.#failedKeys.size > 0;
  }

  hasFailed(key: string): boolean {
    return this.#failedKeys.has(key) || this.#failedKeys.has(undefined);
  }

  /** Whether the key is given and not null. */
  has(key: string): boolean {
    return (this.#values.get(key) ?? null) !== null;
  }

  /** Whether the key is given without a value. */
  isNull(key: string): boolean {
    return this.#values.get(key) === null;
  }

  /** Reports an error at a key, at a path below it (`['values', 2]`), or at the map itself (undefined). */
  error(at: string | readonly [string, ...ConfigPath] | undefined, message: string): void {
    const steps = at === undefined ? [] : typeof at === 'string' ? [at] : at;
    this.#failedKeys.add(typeof at === 'string' ? at : at?.[0]);
    this.#issues.error([...this.path, ...steps], message);
  }

  /** Reports a warning at a key, or at a path below it. */
  warn(at: string | readonly [string, ...ConfigPath], message: string): void {
    this.#issues.warn([...this.path, ...(typeof at === 'string' ? [at] : at)], message);
  }

  /** The unconverted value of a key; undefined if there is none. */
  value(key: string): ConfigNode | undefined {
    if (!this.#knownKeys.includes(key)) this.#knownKeys.push(key);
    const value = this.#values.get(key) ?? undefined;
    if (value === REPORTED) this.#failedKeys.add(key);
    return value === undefined || value === REPORTED ? undefined : { value, path: [...this.path, key] };
  }

  /** A map below this one, for the caller to read and finish. */
  map(key: string): OptionsReader {
    return new OptionsReader(this.value(key) ?? { value: undefined, path: [...this.path, key] }, this.#issues);
  }

  string(key: string): string {
    return this.#typed(key, 'a string', '', asString);
  }

  /**
   * One word of a closed set, which the caller looks up. (For a value that is not a string there is no hint to quote
   * it, because in quotes it would not be in the set either.)
   */
  word(key: string, expected: string): string {
    return this.#typed(key, expected, '', asString);
  }

  boolean(key: string): boolean {
    return this.#typed(key, 'true or false', false, (value) => (typeof value === 'boolean' ? value : undefined));
  }

  float(key: string): number {
    return this.#typed(key, 'a number', 0, (value) => {
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    });
  }

  int64(key: string): bigint {
    return this.#integer(key, INT64);
  }

  int32(key: string): number {
    return Number(this.#integer(key, INT32));
  }

  uint64(key: string): bigint {
    return this.#integer(key, UINT64);
  }

  /** The elements of a list; empty if there is none. */
  list(key: string): readonly ConfigNode[] {
    const elements = this.#typed<readonly unknown[]>(key, 'a list', [], (value) =>
      Array.isArray(value) ? value : undefined,
    );
    if (elements.includes(REPORTED)) this.#failedKeys.add(key);
    return elements.map((value, i) => ({ value, path: [...this.path, key, i] }));
  }

  /** The maps of a list, for the caller to read and finish. */
  maps(key: string): readonly OptionsReader[] {
    return this.list(key).map((node) => new OptionsReader(node, this.#issues));
  }

  /** The strings of a list. A value that is not a string is reported and reads as ''. */
  strings(key: string): readonly string[] {
    return this.texts(key).map(({ value }, i) => this.#element(key, i, value) ?? '');
  }

  /** A list of words of a closed set, without those that are not in the set. */
  words<Word extends string>(key: string, allowed: readonly Word[]): readonly Word[] {
    return this.texts(key).flatMap(({ value }, i) => {
      // A number would be just as wrong in quotes, so there is no hint to quote it.
      const isPlain = value !== null && value !== REPORTED && typeof value !== 'object' && typeof value !== 'string';
      const text = isPlain ? String(value) : this.#element(key, i, value);
      if (text === undefined) return [];
      const word = allowed.find((candidate) => candidate === text);
      if (word !== undefined && !isPlain) return [word];
      const hint = didYouMean(text, allowed) || `, allowed: ${allowed.join(', ')}`;
      this.error([key, i], `unknown value ${describe(value ?? text)}${hint}`);
      return [];
    });
  }

  /** Skips a map, if it is given, with a warning that says why. */
  ignoreMap(key: string, why: string): void {
    if (!this.#values.has(key)) return;
    this.#ignoredKeys.add(key);
    const value = this.#values.get(key);
    if (value === null || isMap(value)) this.warn(key, `is ignored: ${why}`);
    else if (value !== REPORTED) this.error(key, `expected a map of options, got ${describe(value)}`);
  }

  /**
   * Reports every key that was not read. `explain` may have a better message than "unknown". The list of allowed keys
   * is shown once.
   */
  finish(explain?: (key: string) => string | undefined): void {
    let isListShown = false;
    for (const key of this.#values.keys()) {
      if (this.#knownKeys.includes(key) || this.#ignoredKeys.has(key)) continue;
      const explanation = explain?.(key);
      const near = this.#nearestKey(key);
      const isListed: boolean = explanation === undefined && near === '' && !isListShown;
      const list = isListed ? `, allowed: ${this.#knownKeys.join(', ') || 'none'}` : '';
      isListShown ||= isListed;
      this.error(key, explanation ?? `unknown key${near}${list}`);
    }
  }

  #nearestKey(key: string): string {
    const nearest = nearestName(key, this.#knownKeys);
    if (nearest === undefined) return '';
    return this.#values.has(nearest) ? `; remove it, "${nearest}" is already given` : `; did you mean "${nearest}"?`;
  }

  /**
   * A list of strings, or one string with commas, which the Collector reads as a list. An empty string has no elements.
   */
  texts(key: string): readonly ConfigNode[] {
    const text = this.#values.get(key);
    if (typeof text !== 'string') return this.list(key);
    const values = this.string(key) === '' ? [] : text.split(',');
    return values.map((value) => ({ value, path: [...this.path, key] }));
  }

  #element(key: string, i: number, value: unknown): string | undefined {
    if (typeof value === 'string') return value;
    if (value === null) return '';
    if (value !== REPORTED) this.error([key, i], `expected a string, got ${describe(value)}${quoteHint(value)}`);
    return undefined;
  }

  /** Cuts off the fraction, as the Collector does. */
  #integer(key: string, range: IntegerRange): bigint {
    const found = this.#values.get(key);
    const isNumber = typeof found === 'bigint' || (typeof found === 'number' && Number.isFinite(found));
    const expected = isNumber ? `a whole number from ${range.min} to ${range.max}` : 'a whole number';
    const value = this.#typed(key, expected, 0n, (given) => asInteger(given, range));
    if (isNumber && !this.hasFailed(key) && !Number.isInteger(Number(found))) {
      this.warn(key, `is read as ${value}, as in the Collector: expected a whole number`);
    }
    return value;
  }

  #typed<T>(key: string, expected: string, zero: T, convert: (value: unknown) => T | undefined): T {
    const node = this.value(key);
    if (node === undefined) return zero;
    const converted = convert(node.value);
    if (converted === undefined) {
      const hint = expected === 'a string' ? quoteHint(node.value) : '';
      this.error(key, `expected ${expected}, got ${describe(node.value)}${hint}`);
    }
    return converted ?? zero;
  }
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined if it is out of range. */
function asInteger(value: unknown, { min, max }: IntegerRange): bigint | undefined {
  const isTooLow = typeof value === 'number' && value < 0 && min === 0n;
  const isFraction = typeof value === 'number' && Number.isFinite(value);
  const integer = isFraction && !isTooLow ? BigInt(Math.trunc(value)) : value;
  return typeof integer === 'bigint' && integer >= min && integer <= max ? integer : undefined;
}

function quoteHint(value: unknown): string {
  const isPlain = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isPlain ? `; write it in quotes: "${value}"` : '';
}
