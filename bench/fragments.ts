/**
 * `node bench/fragments.ts`: what decide costs for one fragment of a trace that has 10 … 10,000 of them: on time (batches of 25
 * wake-ups) and late (one at a time), kept and dropped. The table is in memory; items are coded, and billed as AWS bills them.
 */
import { DynamoDbSpanBuffer } from '../lib/aws/dynamodb/span-buffer.ts';
import { hashFragment } from '../lib/aws/system.ts';
import { Decider } from '../lib/pipeline/decide/decide-batch.ts';
import type { BufferedFragment } from '../lib/pipeline/ports.ts';
import { parseSamplingConfig } from '../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../lib/sampling/evaluate-policies.ts';
import { MemoryKeyTables } from '../test/memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../test/memory/memory-limit-store.ts';
import { MemoryObjectStore } from '../test/memory/memory-object-store.ts';
import { MemoryTable } from '../test/memory/memory-table.ts';
import { exportRequest, traceIdOf } from '../test/support/export-request.ts';
import { ManualClock } from '../test/support/manual-clock.ts';

const POLICIES = `
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 60000 } }
  - { name: route, type: string_attribute, string_attribute: { key: http.route, values: [/checkout] } }
`;
const ON_TIME_BATCH = 25;
const SPANS_IN_FRAGMENT = 8;

export interface FragmentCase {
  readonly fragments: number;
  readonly arrival: 'on time' | 'late';
  readonly outcome: 'kept' | 'dropped';
}

/** For one fragment, on average. */
export interface FragmentCost {
  /** Of decide alone, in microseconds. */
  readonly cpuMicros: number;
  /** Of decide alone. */
  readonly readUnits: number;
  /** Of ingest and decide. */
  readonly writeUnits: number;
  /** Calls of DynamoDB by decide. */
  readonly calls: number;
  /** Times that policies were evaluated. */
  readonly evaluations: number;
  readonly linesWritten: number;
}

/** Lets one trace come in so many fragments, and decides on it. @throws when it is not decided as it should be */
export async function measureFragments({ fragments, arrival, outcome }: FragmentCase): Promise<FragmentCost> {
  const parsed = parseSamplingConfig(POLICIES);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const clock = new ManualClock();
  const table = new MemoryTable();
  const buffer = new DynamoDbSpanBuffer({
    client: table.client,
    tableName: 'buffer',
    spillStore: new MemoryObjectStore(),
    clock,
  });
  const created = new Map<string, number>();
  let rounds = 0;
  let evaluations = 0;
  let requeued = 0;
  const decider = new Decider({
    buffer,
    archive: {
      create: async (key, lines) => {
        created.set(key, lines.length);
        return 'created';
      },
      fence: () => Promise.reject(new Error('nobody dies')),
      inspect: async (key) => (created.has(key) ? 'data' : 'absent'),
    },
    wakeUps: {
      send: async ({ length }) => {
        requeued += length;
      },
      sendToDeadLetters: async ({ length }) => {
        requeued += length;
      },
    },
    limits: new MemoryLimitStore(),
    keyTables: new MemoryKeyTables(),
    clock,
    newId: () => (rounds++).toString(16).padStart(16, '0'),
  });
  const decide = async (named: readonly BufferedFragment[]) => {
    const received = named.map(({ traceId, hash }, index) => ({
      messageId: String(index),
      wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments: [{ traceId, hash }] },
    }));
    const before = { cpu: process.cpuUsage(), readUnits: table.readUnits, calls: table.calls };
    await decider.decideBatch({
      received,
      policies: parsed.config.fingerprint,
      evaluate: (trace, allowances) => {
        evaluations += 1;
        return evaluatePolicies(parsed.config, trace, allowances);
      },
    });
    const { user, system } = process.cpuUsage(before.cpu);
    spent.cpuMicros += user + system;
    spent.readUnits += table.readUnits - before.readUnits;
    spent.calls += table.calls - before.calls;
  };
  const spent = { cpuMicros: 0, readUnits: 0, calls: 0 };
  const all = Array.from({ length: fragments }, (_, index) => fragmentOf(index, outcome, clock.now() + index));
  if (arrival === 'on time') {
    for (const fragment of all) await buffer.append([fragment]);
    for (let start = 0; start < fragments; start += ON_TIME_BATCH)
      await decide(all.slice(start, start + ON_TIME_BATCH));
  } else {
    for (const fragment of all) {
      await buffer.append([fragment]);
      await decide([fragment]);
    }
  }
  const linesWritten = [...created.values()].reduce((sum, lines) => sum + lines, 0);
  const lateLines = arrival === 'late' ? fragments : 1;
  const isAsExpected = outcome === 'dropped' ? linesWritten === 0 : linesWritten >= lateLines;
  if (requeued > 0 || !isAsExpected) {
    throw new Error(`${arrival}, ${outcome}: ${requeued} messages were sent again, ${linesWritten} lines written`);
  }
  return {
    cpuMicros: spent.cpuMicros / fragments,
    readUnits: spent.readUnits / fragments,
    writeUnits: table.writeUnits / fragments,
    calls: spent.calls / fragments,
    evaluations: evaluations / fragments,
    linesWritten,
  };
}

/** Of the first one a span has failed, if the trace is to be kept. */
function fragmentOf(index: number, outcome: FragmentCase['outcome'], receivedAtMs: number): BufferedFragment {
  const spans = Array.from({ length: SPANS_IN_FRAGMENT }, (_, number) => ({
    trace: 'a',
    span: (index * SPANS_IN_FRAGMENT + number + 1).toString(16),
    ...(index + number > 0 && { parent: '1' }),
    name: `GET /api/items/${index % 7}`,
    error: outcome === 'kept' && index + number === 0,
    startMs: index,
  }));
  // An export request of one trace is its fragment.
  const payload = exportRequest(spans);
  return {
    traceId: traceIdOf('a'),
    hash: hashFragment(payload),
    payload,
    receivedAtMs,
    spanCount: SPANS_IN_FRAGMENT,
  };
}

if (import.meta.main) {
  const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 100, 1_000, 10_000];
  for (const arrival of ['on time', 'late'] as const) {
    for (const outcome of ['kept', 'dropped'] as const) {
      console.log(`${arrival}, ${outcome}: for one fragment (Node ${process.version})`);
      for (const fragments of counts) {
        await measureFragments({ fragments: Math.min(fragments, 100), arrival, outcome });
        const costs: FragmentCost[] = [];
        const rounds = Math.max(3, Math.ceil(300 / fragments));
        for (let round = 0; round < rounds; round++)
          costs.push(await measureFragments({ fragments, arrival, outcome }));
        const cpu = costs.map(({ cpuMicros }) => cpuMicros).sort((a, b) => a - b);
        const { readUnits, writeUnits, calls, evaluations } = costs[0] as FragmentCost;
        const numbers = { RU: readUnits, WU: writeUnits, calls, evaluations };
        const texts = Object.entries(numbers).map(([name, value]) => `${value.toFixed(2)} ${name}`.padStart(18));
        const micros = [cpu[cpu.length >> 1], cpu[0], cpu.at(-1)].map((value = 0) => value.toFixed(0));
        console.log(
          `  ${String(fragments).padStart(6)} fragments ${micros[0]} us CPU (${micros[1]}-${micros[2]}) ${texts.join('')}`,
        );
      }
    }
  }
}
