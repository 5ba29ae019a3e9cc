import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authorizeAll } from '../../functions/ingest/keys.ts';
import { LiveConfig } from '../../functions/shared/live-config.ts';
import { EmfMetrics } from '../../functions/shared/metrics.ts';
import { ConfigParameter } from '../../lib/aws/ssm/config-parameter.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import {
  MAX_POLICY_METRICS,
  METRIC_CATALOGUE,
  type MetricDefinition,
  type MetricName,
} from '../../lib/pipeline/metrics.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { capturedStdout } from '../support/captured-stdout.ts';
import { type EmfMetric, readEmf } from '../support/emf.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { injectFaults, refuse } from '../support/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { silentLog } from '../support/silent-log.ts';
import { type Deployed, deploy } from './support/deployed.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const DEFINITIONS: readonly MetricDefinition[] = METRIC_CATALOGUE;
const PARAMETER = '/tailgate/shop/policies';
const CONFIG = `
decision_wait: 0s
policies:
  - { name: health, type: drop, drop: { drop_sub_policy: [{ name: h, type: string_attribute, string_attribute: { key: service.name, values: [health] } }] } }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
  - { name: broken, type: ottl_condition, ottl_condition: { error_mode: propagate, span: ['IsMatch(name, attributes["pattern"])'] } }
`;

let store: ParameterStore;
let deployed: Deployed;
const clock = new ManualClock();

beforeAll(async () => {
  store = await ParameterStore.start();
  store.set(PARAMETER, CONFIG);
  const metrics = new EmfMetrics('shop');
  const config = new LiveConfig(
    {
      parameter: new ConfigParameter({ client: store.client(), name: PARAMETER, clock }),
      clock,
      log: silentLog,
      onConfigRefused: () => metrics.add('config_refused', 1),
    },
    { waitFromAgeMs: 60_000 },
  );
  deployed = await deploy({ config, log: silentLog, authorize: authorizeAll, metrics });
});
afterAll(async () => {
  await deployed.stop();
  await store.stop();
});

/** What an act counts, by metric, and the value of its dimension where it has one. */
async function countsOf(act: () => Promise<unknown>): Promise<Record<string, readonly number[]>> {
  const metrics = (await capturedStdout(act)).flatMap(readEmf);
  expect(metrics.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
  seen.push(...metrics.map(({ name }) => name));
  return Object.fromEntries(metrics.map((metric) => [keyOf(metric), metric.values]));
}

const seen: string[] = [];

/** How a metric differs from its declaration. */
function problemOf({ namespace, name, unit, dimensions }: EmfMetric): string | undefined {
  const definition = DEFINITIONS.find((candidate) => candidate.name === name);
  if (definition === undefined) return `${name} is not in the catalogue`;
  if (namespace !== 'Tailgate' || dimensions['pipeline'] !== 'shop') return `${name} is somewhere else`;
  const names = Object.keys(dimensions).join();
  const declared = definition.dimension === undefined ? 'pipeline' : `pipeline,${definition.dimension}`;
  if (names !== declared) return `${name} has the dimensions ${names}`;
  return unit === definition.unit ? undefined : `${name} has the unit ${unit}`;
}

function keyOf({ name, dimensions: { pipeline: _, ...others } }: EmfMetric): string {
  return [name.replace('processor_tail_sampling_', ''), ...Object.values(others)].join(' ');
}

describe('the metrics of the deployed handlers', () => {
  it('tell what a request was', async () => {
    const request = exportRequest([
      { trace: 'a', span: 'a1', error: true, durationMs: 2_000 },
      { trace: 'a', span: 'a2', parent: 'a1' },
      { trace: 'b', span: 'b1' },
      { trace: 'c', span: 'c1', service: 'health' },
    ]);
    expect(await countsOf(() => deployed.send(request))).toEqual({
      receiver_accepted_spans: [4],
      received_bytes: [request.length],
      // Three small fragments.
      consumed_write_units: [3],
    });
  });

  it('tell which requests were refused, and which spans', async () => {
    expect(await countsOf(() => deployed.send(new Uint8Array([255])))).toEqual({ 'refused_requests 400': [1] });
    const bad = { spanId: Buffer.alloc(8), traceId: Buffer.alloc(16, 1) };
    const body = ExportTraceServiceRequest.encode(
      ExportTraceServiceRequest.fromObject({ resourceSpans: [{ scopeSpans: [{ spans: [bad, bad] }] }] }),
    ).finish();
    expect(await countsOf(() => deployed.send(body))).toEqual({ rejected_spans: [2], received_bytes: [body.length] });
  });

  it('tell what was decided, and by which policies', async () => {
    const counts = await countsOf(() => deployed.decideNext());
    expect(counts).toMatchObject({
      new_trace_id_received: [3],
      'global_count_traces_sampled sampled': [1],
      'global_count_traces_sampled not_sampled': [1],
      'global_count_traces_sampled dropped': [1],
      'count_traces_sampled errors': [1],
      'count_traces_sampled slow': [1],
      sampled_spans: [2],
      // Of the traces that are not dropped.
      sampling_policy_evaluation_error: [2],
      archive_objects: [1],
      consumed_write_units: [1],
      // Three traces of less than 4 KB; the kept one is read once more, after its claim.
      consumed_read_units: [4],
      sampling_decision_timer_latency: [expect.any(Number)],
      decision_lag: [expect.any(Number)],
    });
    const [{ lines } = { lines: [] }] = await deployed.archive();
    const bytes = lines.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0);
    expect(counts['archive_bytes']).toEqual([bytes]);
    expect(Object.keys(counts).filter((name) => /fenced|late_span|rescued|failures|throttled/.test(name))).toEqual([]);
  });

  it('tell late spans, how late they are, and what they rescue', async () => {
    const late = [
      { trace: 'a', span: 'a3', parent: 'a1' },
      { trace: 'b', span: 'b2', parent: 'b1', error: true },
    ];
    const counts = await countsOf(async () => {
      await deployed.send(exportRequest(late));
      await deployed.decideNext();
    });
    expect(counts).toMatchObject({ late_spans: [1], rescued_traces: [1], sampled_spans: [2] });
    expect(counts['sampling_late_span_age']).toEqual([expect.any(Number)]);
    expect(counts).not.toHaveProperty('new_trace_id_received');
  });

  it('tell of claims whose owner died', async () => {
    await countsOf(() => deployed.send(exportRequest([{ trace: 'd', span: 'd1', error: true }])));
    const { fragments } = await deployed.services(undefined).buffer.read(traceIdOf('d'));
    const claim = { key: 'traces/gone', claimedAtMs: 1, firstSeq: 0, lineCount: 1 };
    await deployed.services(undefined).buffer.record(traceIdOf('d'), {
      policy: 'errors',
      adjustedCount: 1,
      partition: 'dt=2026-11-21/hour=12',
      claims: [{ ...claim, fragments: fragments.map(({ hash }) => hash) }],
      version: 1,
    });
    expect(await countsOf(() => deployed.decideNext())).toMatchObject({ fenced_claims: [1] });
  });

  it('tell what could not be settled, continued, given up or read', async () => {
    const wakeUp = (attempt: number, hashes: readonly string[], received = Date.now()) =>
      JSON.stringify({ v: 1, due: 1, attempt, received, traces: [[traceIdOf('e'), ...hashes]] });
    const counts = await countsOf(async () => {
      const messages = [wakeUp(0, ['x']), wakeUp(10, ['y', 'z']), wakeUp(0, ['w'], 1), 'no wake-up'];
      for (const MessageBody of messages) {
        await deployed.clients.sqs.send(new SendMessageCommand({ QueueUrl: deployed.names.queueUrl, MessageBody }));
      }
      await deployed.decideNext();
    });
    expect(counts).toMatchObject({
      continued_fragments: [1],
      dead_lettered_fragments: [3],
      expired_fragments: [1],
      unreadable_wake_ups: [1],
    });
  });

  it('tell what there was no time for', async () => {
    const spans = ['11', '12'].map((trace) => ({ trace, span: `${trace}1`, error: true }));
    await countsOf(() => deployed.send(exportRequest(spans)));
    const times = [60_000, 0];
    const noTime = { getRemainingTimeInMillis: () => (times.length > 1 ? times.shift() : times[0]) ?? 0 };
    const counts = await countsOf(() => deployed.decideNext(20, noTime));
    expect(counts).toEqual({ deferred_fragments: [2] });
    expect(await countsOf(() => deployed.decideNext())).toMatchObject({ 'global_count_traces_sampled sampled': [2] });
  });

  it('tell of traces whose policies took long', async () => {
    await countsOf(() => deployed.send(exportRequest([{ trace: '13', span: '131', error: true }])));
    let nowMs = Date.now();
    const clock = vi.spyOn(SystemClock.prototype, 'now').mockImplementation(() => {
      nowMs += 600;
      return nowMs;
    });
    expect(await countsOf(() => deployed.decideNext())).toMatchObject({ slow_evaluations: [1] });
    clock.mockRestore();
  });

  it('tell of services that throttle and fail, and of what came of it', async () => {
    const { dynamoDb, s3 } = deployed.clients;
    injectFaults(dynamoDb, 'BatchWriteItem', [refuse('ThrottlingException', 400)]);
    injectFaults(s3, 'PutObjectCommand', [refuse('InternalError', 500)]);
    injectFaults(dynamoDb, 'Query', [refuse('AccessDeniedException', 400)]);
    const counts = await countsOf(async () => {
      const spans = ['f', '9'].map((trace) => ({ trace, span: `${trace}1`, error: true }));
      await deployed.send(exportRequest(spans));
      await deployed.decideNext();
    });
    expect(counts).toMatchObject({ throttled_calls: [1], failed_calls: [1], decision_failures: [1] });
  });

  it('tell of a configuration that is refused, as long as it is the newest one', async () => {
    store.set(PARAMETER, 'policies: nonsense');
    clock.advance(61_000);
    expect(await countsOf(() => deployed.send(exportRequest([])))).toMatchObject({ config_refused: [1] });
    expect(await countsOf(() => deployed.send(exportRequest([])))).not.toHaveProperty('config_refused');
    clock.advance(61_000);
    expect(await countsOf(() => deployed.send(exportRequest([])))).toMatchObject({ config_refused: [1] });
  });

  it('are all those of the catalogue', () => {
    const names: MetricName[] = METRIC_CATALOGUE.map(({ name }) => name);
    expect([...new Set(seen)].sort()).toEqual([...names].sort());
  });
});

describe('the catalogue', () => {
  it('has each name once', () => {
    expect(new Set(DEFINITIONS.map(({ name }) => name)).size).toBe(DEFINITIONS.length);
  });

  it("has the Collector's name exactly where the meaning is the same", () => {
    for (const { name, collector } of DEFINITIONS) {
      const isSame = collector !== undefined && collector.difference === undefined;
      expect(collector?.name === `otelcol_${name}`, name).toBe(isSame);
    }
  });

  it('stays within the metrics that docs/operations.md speaks of', () => {
    expect(DEFINITIONS.filter(({ dimension }) => dimension === undefined)).toHaveLength(26);
    expect(MAX_POLICY_METRICS).toBe(20);
  });
});
