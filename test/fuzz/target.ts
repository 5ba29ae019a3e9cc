/** One reader of input from outside, and what must hold whatever it is given. */
export interface FuzzTarget {
  /** Throws or rejects where the code under test does wrong: with a check's error, or with one that it should not throw. */
  readonly fuzz: (data: Uint8Array) => void | Promise<void>;
  /** Whether `fuzz` returns a promise. */
  readonly isAsync?: true;
  /** Inputs to start from, beside the kept corpus. */
  readonly seeds: () => readonly (Uint8Array | string)[] | Promise<readonly (Uint8Array | string)[]>;
  /** Words of the format, which mutations put in. */
  readonly words?: readonly string[];
  /** Processor time that an input of this many bytes may take, in milliseconds. @default 100, and 0.02 for each byte */
  readonly maxMs?: (bytes: number) => number;
  /** Length of the longest input, in bytes. @default 4096 */
  readonly maxLength?: number;
}

/** The seeds as bytes. */
export async function seedsOf({ seeds }: FuzzTarget): Promise<readonly Uint8Array[]> {
  return (await seeds()).map((seed) => (typeof seed === 'string' ? new TextEncoder().encode(seed) : seed));
}

/** @throws {Error} when the bytes or their text are not UTF-8 */
export function textOf(data: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data);
}

/** The value, or the error of one of these classes; any other error is thrown. */
export function outcomeOf<T, E extends Error>(
  run: () => T,
  ...documented: readonly (abstract new (
    ...args: never
  ) => E)[]
): { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: E } {
  try {
    return { value: run() };
  } catch (error) {
    const isDocumented = (kind: abstract new (...args: never) => E): boolean => error instanceof kind;
    if (error instanceof Error && documented.some(isDocumented)) return { error: error as E };
    throw error;
  }
}
