/**
 * What fragments cost in the buffer, by how they are compressed: write units and processor time, in dollars for a million traces.
 * Dictionaries are trained on the traffic of another day (seed) of the same deployment. Every coding must give the payloads back.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { openZstd } from '../lib/aws/dynamodb/compressors.ts';
import { trainDictionary } from '../lib/aws/dynamodb/dictionary-training.ts';
import { DICTIONARY_V1 } from '../lib/aws/dynamodb/dictionary-v1.ts';
import { toFragmentItem } from '../lib/aws/dynamodb/fragment-item.ts';
import { decodePayload } from '../lib/aws/dynamodb/fragment-payload.ts';
import { itemBytes, writeUnits } from '../lib/aws/dynamodb/schema.ts';
import { FUNCTION_MEMORY_MB } from '../lib/cdk/deployment-defaults.ts';
import { LIST_PRICES, usdOf } from '../lib/cost/prices.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { DEPLOYMENTS, type Deployment, deploymentTraffic } from './deployment-corpora.ts';
import { median } from './table/rounds.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

const [argument = '600'] = process.argv.slice(2);
const TRACES = Number(argument);
const ROUNDS = 3;
const SAMPLES = 256;
const SPILL_UNITS = 8;
const MAX_INLINE_BYTES = 8 * 1024;

interface Coding {
  readonly name: string;
  /** The payload as it is stored, without the byte that names the coding. */
  readonly encode: (payload: Uint8Array) => Uint8Array;
  /** Undefined where the bytes are not meant to be read. */
  readonly decode?: (stored: Uint8Array) => Uint8Array;
  /** What is compressed instead of the payload. */
  readonly prepare?: (payload: Uint8Array) => Uint8Array;
}

const PLACE = { traceId: '0'.repeat(32), hash: '0'.repeat(16), receivedAtMs: 1.8e12, spanCount: 10 };
const BYTES_BESIDES = itemBytes(toFragmentItem({ ...PLACE, payload: new Uint8Array(0) }, 1.8e9).item);

/** Write units of an item, with the price of an S3 PUT for a spilled one. */
function unitsOf(storedBytes: number): number {
  const bytes = BYTES_BESIDES + storedBytes;
  return storedBytes > MAX_INLINE_BYTES ? SPILL_UNITS + 1 : writeUnits(bytes);
}

function deflate(name: string, level: number, dictionary?: Uint8Array, more: object = {}): Coding {
  const preset = dictionary && { dictionary };
  return {
    name,
    encode: (payload) => deflateRawSync(payload, { level, ...preset, ...more }),
    decode: (stored) => inflateRawSync(stored, { ...preset }),
  };
}

/** With a stream that stays open, as shipped: one for each payload takes 50 µs more. */
function zstd(name: string, level: number, bytes: Uint8Array): Coding {
  const dictionary = Buffer.from(bytes);
  const compressor = openZstd(dictionary, level);
  return {
    name,
    encode: (payload) => compressor.compress(payload),
    decode: (stored) => zstdDecompressSync(stored, { dictionary }),
  };
}

/** As `lib/aws/dynamodb` stores fragments. */
function shipped(name: string, bytes?: Uint8Array): Coding {
  const dictionary = bytes && { id: '0'.repeat(16), bytes, expiresAt: Number.POSITIVE_INFINITY };
  return {
    name,
    encode: (payload) => {
      const { item, spill } = toFragmentItem({ ...PLACE, payload }, 1.8e9, {}, { dictionary });
      return (item['p']?.B ?? spill?.bytes ?? new Uint8Array(0)).subarray(1);
    },
  };
}

/** Resources and scopes are items of their own, which fragments name by 8 bytes of their hash. Their own writes are not counted. */
function intern(payload: Uint8Array): Uint8Array {
  const traces = TracesData.decode(payload);
  const names: Uint8Array[] = [];
  const name = (part: object) => createHash('sha256').update(JSON.stringify(part)).digest().subarray(0, 8);
  for (const resourceSpans of traces.resourceSpans) {
    names.push(name(resourceSpans.resource ?? {}));
    delete resourceSpans.resource;
    for (const scopeSpans of resourceSpans.scopeSpans ?? []) {
      names.push(name(scopeSpans.scope ?? {}));
      delete scopeSpans.scope;
    }
  }
  return Buffer.concat([TracesData.encode(traces).finish(), ...names]);
}

/** A dictionary by the reference trainer; `undefined` without the program. */
function trainByZstd(samples: readonly Uint8Array[], size: number): Uint8Array | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  try {
    const files = samples.map((sample, index) => {
      const file = join(folder, String(index));
      writeFileSync(file, sample);
      return file;
    });
    const out = join(folder, 'dictionary');
    const { status } = spawnSync('zstd', ['-q', '--train', ...files, `--maxdict=${size}`, '-o', out]);
    return status === 0 ? readFileSync(out) : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function codingsFor(samples: readonly Uint8Array[]): Coding[] {
  const trained = trainDictionary(samples);
  const byZstd = trainByZstd(samples, 31_000);
  if (byZstd === undefined) console.log('SKIPPED: dictionaries of zstd --train, because there is no program zstd');
  const withV1 = (payload: Uint8Array) => deflateRawSync(payload, { level: 6, dictionary: DICTIONARY_V1 });
  return [
    deflate('deflate 6, dictionary v1 (0.1)', 6, DICTIONARY_V1),
    { name: 'as it is', encode: (payload) => payload, decode: (stored) => stored },
    deflate('deflate 6, no dictionary', 6),
    ...[1, 3, 4, 9].map((level) => deflate(`deflate ${level}, dictionary v1`, level, DICTIONARY_V1)),
    deflate('deflate 6, window 2^13, memory 6, v1', 6, DICTIONARY_V1, { windowBits: 13, memLevel: 6 }),
    ...[1, 3, 9].map((level) => zstd(`zstd ${level}, dictionary v1`, level, DICTIONARY_V1)),
    { name: 'interned resources, deflate 6, v1', encode: withV1, prepare: intern },
    shipped('shipped, before there is a dictionary'),
    ...[1, 6, 9].map((level) => deflate(`deflate ${level}, trained`, level, trained)),
    deflate('deflate 6, trained, 16 KB', 6, trainDictionary(samples, 16_384)),
    { name: 'interned resources, deflate 6, trained', encode: deflate('', 6, trained).encode, prepare: intern },
    ...[3, 6, 9, 16].map((level) => zstd(`zstd ${level}, trained`, level, trained)),
    ...(byZstd === undefined
      ? []
      : [deflate('deflate 6, zstd --train', 6, byZstd), zstd('zstd 9, zstd --train', 9, byZstd)]),
    shipped('SHIPPED: trained, zstd 3, then 9 where it saves', trained),
    { name: 'floor: one unit a fragment', encode: () => new Uint8Array(0) },
  ];
}

interface Row {
  readonly coding: string;
  readonly 'write units a trace': number;
  readonly '% of 0.1': number;
  readonly 'µs a fragment': number;
  readonly 'write units, $': number;
  readonly 'CPU, $': number;
  readonly 'both, $ per million traces': number;
}

function measure(deployment: Deployment): Row[] {
  const { payloads, traceCount } = deploymentTraffic(deployment, TRACES, 2);
  const yesterday = deploymentTraffic(deployment, TRACES, 1).payloads;
  const step = Math.max(1, Math.floor(yesterday.length / SAMPLES));
  const samples = yesterday
    .filter((_, index) => index % step === 0)
    .map((payload) => payload.subarray(0, MAX_INLINE_BYTES));
  const codings = codingsFor(samples);
  const work = codings.map(({ prepare = (payload) => payload }) => payloads.map(prepare));
  const units = codings.map((coding, index) => countUnits(coding, payloads, work[index] ?? []) / traceCount);
  const times = codings.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    const order = [...codings.entries()];
    if (round % 2 !== 0) order.reverse();
    for (const [index, coding] of order) {
      const microseconds = timeOf(coding, payloads, work[index] ?? []);
      if (round >= 0) times[index]?.push(microseconds);
    }
  }
  return codings.map(({ name }, index) => {
    const unitsPerTrace = units[index] ?? Number.NaN;
    const microseconds = median(times[index] ?? []);
    const gbSeconds = ((microseconds * payloads.length) / traceCount) * (FUNCTION_MEMORY_MB / 1024);
    const unitsUsd = usdOf(LIST_PRICES, 'dynamoDbWriteUnit', unitsPerTrace * 1e6);
    const cpuUsd = usdOf(LIST_PRICES, 'lambdaArm', gbSeconds);
    return {
      coding: name,
      'write units a trace': round(unitsPerTrace, 3),
      '% of 0.1': round((unitsPerTrace / (units[0] ?? 1)) * 100, 1),
      'µs a fragment': round(microseconds, 1),
      'write units, $': round(unitsUsd, 3),
      'CPU, $': round(cpuUsd, 4),
      'both, $ per million traces': round(unitsUsd + cpuUsd, 3),
    };
  });
}

/** What fits in a unit as it is stays so, in every coding. */
function isWorthTrying(payload: Uint8Array): boolean {
  return unitsOf(payload.length + 1) > 1;
}

function countUnits(
  { name, encode, decode }: Coding,
  payloads: readonly Uint8Array[],
  work: readonly Uint8Array[],
): number {
  return payloads.reduce((sum, payload, index) => {
    if (!isWorthTrying(payload)) return sum + 1;
    const input = work[index] ?? payload;
    const stored = encode(input);
    if (decode !== undefined && Buffer.compare(decode(stored), input) !== 0)
      throw new Error(`${name} changes a payload`);
    return sum + Math.min(unitsOf(stored.length + 1), unitsOf(payload.length + 1));
  }, 0);
}

/** Microseconds of CPU time for a fragment, those that need no compression included. */
function timeOf({ encode }: Coding, payloads: readonly Uint8Array[], work: readonly Uint8Array[]): number {
  const start = process.cpuUsage();
  for (const [index, payload] of payloads.entries()) if (isWorthTrying(payload)) encode(work[index] ?? payload);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / payloads.length;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

for (const deployment of DEPLOYMENTS) {
  const { payloads, spanCount } = deploymentTraffic(deployment, TRACES, 2);
  // The shipped code itself, both ways.
  for (const payload of payloads) {
    const { item } = toFragmentItem({ ...PLACE, payload }, 1.8e9);
    const stored = item['p']?.B;
    if (stored !== undefined && Buffer.compare(decodePayload(stored) ?? stored, payload) !== 0)
      throw new Error('shipped code changes a payload');
  }
  const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
  console.log(
    `${deployment}: ${TRACES} traces, ${(spanCount / TRACES).toFixed(1)} spans and ${(payloads.length / TRACES).toFixed(2)} fragments a trace, ` +
      `${Math.round(bytes / payloads.length)} bytes a fragment; medians of ${ROUNDS} interleaved rounds, Node ${process.version}, ${FUNCTION_MEMORY_MB} MB`,
  );
  console.table(measure(deployment));
}
