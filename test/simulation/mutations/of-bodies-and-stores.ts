import type { Mutation } from './mutation.ts';

const GROUP_COMMIT = 'lib/sqlite/group-commit.ts';
const DICTIONARIES = 'lib/aws/dynamodb/dictionary-store.ts';
const SETTLE_ROUNDS = 'lib/pipeline/decide/settle-rounds.ts';

/** Mistakes in how bodies are read, payloads are stored, and traces over a limit are set aside. */
export const MUTATIONS_OF_BODIES_AND_STORES: readonly Mutation[] = [
  {
    name: 'writes are answered before they are synced',
    file: GROUP_COMMIT,
    find: 'const failure = written.length === 0 ? undefined : await this.#sync();',
    replace: 'const failure = undefined; if (written.length > 0) this.#sync();',
    why: 'a machine that loses its power loses what was acknowledged',
  },
  {
    name: 'the first sync is for all writes',
    file: GROUP_COMMIT,
    find: 'await this.#syncFile(this.#logFile);',
    replace: 'if (this.counts.syncs === 0) await this.#syncFile(this.#logFile);',
    why: 'a machine that loses its power loses what was acknowledged later',
  },
  {
    name: 'fragments outlive their dictionary',
    file: 'lib/aws/dynamodb/fragment-item.ts',
    find: 'dictionary !== undefined && dictionary.expiresAt >= expiresAt ? dictionary : undefined;',
    replace: 'dictionary;',
    why: 'they cannot be read any more when it has expired',
  },
  {
    name: 'dictionaries are read eventually consistent',
    file: DICTIONARIES,
    find: 'Key: this.#key(id), ConsistentRead: true };',
    replace: 'Key: this.#key(id), ConsistentRead: false };',
    why: 'ingest has seen one that decide does not find',
  },
  {
    name: 'decide reads with the newest dictionary',
    file: DICTIONARIES,
    find: 'const held = this.#held.get(id);',
    replace: 'const held = [...this.#held.values()].at(-1);',
    why: 'fragments that were written with another are unreadable, or wrong',
  },
  {
    name: 'gzip that ends early is accepted',
    file: 'functions/ingest/content-encoding.ts',
    find: 'gunzipSync(body, { maxOutputLength: maxBytes,',
    replace: 'gunzipSync(body, { finishFlush: 2, maxOutputLength: maxBytes,',
    why: 'the exporter is told that all of its spans are there',
  },
  {
    name: 'JSON that ends early is accepted',
    file: 'functions/ingest/otlp-http.ts',
    find: "encoding === 'json' ? protobufFromJson(unpacked, rejected) : unpacked;",
    replace:
      "encoding === 'json' ? (() => { try { return protobufFromJson(unpacked, rejected); } catch { return new Uint8Array(0); } })() : unpacked;",
    why: 'the exporter is told that its spans are there',
  },
  {
    name: 'JSON is read to its second object',
    file: 'lib/otlp/json-decode/decode-request.ts',
    find: '} while (cursor.hasNext(CLOSE_BRACKET));',
    replace:
      '} while (cursor.hasNext(CLOSE_BRACKET) && (container !== "span" || (cursor.skipValue(), cursor.hasNext(CLOSE_BRACKET))));',
    why: 'spans are left out, and counted as accepted',
  },
  {
    name: 'what is over a limit is not set aside',
    file: 'lib/pipeline/decide/requeue.ts',
    find: "return attemptToDeadLetter('dead_lettered', sources, deadLetters, wakeUps);\n}\n\ninterface",
    replace: "return attemptToDeadLetter('dead_lettered', [], deadLetters, wakeUps);\n}\n\ninterface",
    why: 'it is neither kept nor reported',
  },
  {
    name: 'large traces are not settled',
    file: SETTLE_ROUNDS,
    find: "if (left === 'larger') this.#large.push({ ...trace, outcomes });",
    replace: "if (left === 'larger') continue;",
    why: 'their wake-ups are acknowledged, and they are never decided',
  },
  {
    name: 'of a trace over a limit open claims count as settled',
    file: 'lib/pipeline/decide/outcome.ts',
    find: "return state === 'pending' ? 'open' : { tooLarge };",
    replace: "return state === 'pending' ? 'settled' : { tooLarge };",
    why: 'if their owner dies, they are neither kept nor reported',
  },
  {
    name: 'a dead letter does not say what is kept of its trace',
    file: 'lib/pipeline/decide/settle-trace.ts',
    find: 'new TraceTooLargeError(error.message, decision) : error;',
    replace: 'new TraceTooLargeError(error.message) : error;',
    why: 'a person looks for what is archived',
  },
  {
    name: 'a batch belongs to the tenant of its first message',
    file: 'functions/decide/decide-delivered.ts',
    find: 'Map.groupBy(delivered, ({ tenant }) => tenant);',
    replace: 'Map.groupBy(delivered, ({ tenant }) => tenant ?? delivered.find((one) => one.tenant)?.tenant);',
    why: 'what waits from before there were tenants is not found',
  },
];
