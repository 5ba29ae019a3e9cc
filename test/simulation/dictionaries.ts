import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type DictionaryOptions, useDictionaries } from '../../functions/shared/dictionaries.ts';
import { DictionaryStore, type DictionaryStoreDeps } from '../../lib/aws/dynamodb/dictionary-store.ts';

/** Trained dictionaries (docs/adr/0012-dictionaries-trained-on-the-traffic.md) in a history. */
export interface PlannedDictionaries {
  /** Ingest writes with dictionaries, and spans are long enough for that. */
  readonly areUsed: boolean;
  /** So long before the history one was published; undefined: none was. */
  readonly firstAgeMs: number | undefined;
}

/** A dictionary that decide publishes during a history. What trains it is not simulated. */
export interface PlannedPublication {
  readonly atMs: number;
  /** Which of two. */
  readonly dictionary: 0 | 1;
  /** Whose spans it is for. */
  readonly tenant: string | undefined;
}

const DAY_MS = 86_400_000;
/** After this long ingest writes with a dictionary no more. */
const USE_MS = 7 * DAY_MS;

export const plannedDictionaries: fc.Arbitrary<PlannedDictionaries> = fc.record({
  areUsed: fc.nat(9).map((one) => one === 9),
  firstAgeMs: fc.constantFrom(undefined, DAY_MS, USE_MS - 2_000, USE_MS + 60_000, USE_MS + 118_000),
});

/** What a span of such a history has in common with others: more than fits in a write unit, so that it is compressed. */
export const LONG_TEXT = Array.from({ length: 16 }, (_, at) =>
  createHash('sha256').update(`word ${at}`).digest('hex'),
).join(' ');

/** The same objects in all histories: compressors stay open for each. */
const DICTIONARIES = [LONG_TEXT, LONG_TEXT.slice(200)].map((text) => Uint8Array.from(Buffer.from(text)));

const options: DictionaryOptions = { log: { debug() {}, info() {}, warn() {}, error() {} } };

/** What the buffer of a process has of dictionaries, as `functions/shared/services.ts` wires it. */
export function dictionariesOf(deps: DictionaryStoreDeps, { areUsed }: PlannedDictionaries) {
  const store = new DictionaryStore(deps);
  return useDictionaries(store, deps.clock, deps.tenant, areUsed ? options : undefined);
}

/** Publishes a dictionary, as decide does after a training: what fails is tried again another day. */
export async function publish(
  deps: DictionaryStoreDeps,
  { dictionary }: Pick<PlannedPublication, 'dictionary'>,
): Promise<void> {
  await new DictionaryStore(deps).put(DICTIONARIES[dictionary] ?? new Uint8Array()).catch(() => undefined);
}
