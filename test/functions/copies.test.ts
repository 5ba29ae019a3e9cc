import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { configFrom } from '../support/sampling-config.ts';
import { silentLog } from '../support/silent-log.ts';
import { type Deployed, deploy } from './support/deployed.ts';

const ERRORS = configFrom(`decision_wait: 1s
policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]`);

let tailgate: Deployed;

beforeAll(async () => {
  tailgate = await deploy({ config: fixedConfig(ERRORS), log: silentLog });
});
afterAll(() => tailgate.stop());

/** As an SDK sends it when it starts: `endTimeUnixNano` is 0, the status unset. */
const STARTED = {
  spanId: 'b1b1b1b1b1b1b101',
  name: 'nightly-job',
  kind: 1,
  startTimeUnixNano: '1795262400000000000',
  endTimeUnixNano: '0',
};
const ENDED = {
  ...STARTED,
  endTimeUnixNano: '1795262409000000000',
  status: { code: 2, message: 'boom' },
  attributes: [{ key: 'exception.type', value: { stringValue: 'TimeoutError' } }],
};
const beat = (progress: number) => ({
  ...STARTED,
  attributes: [{ key: 'progress', value: { intValue: String(progress) } }],
});
const FAILED = {
  spanId: 'b1b1b1b1b1b1b102',
  parentSpanId: 'b1b1b1b1b1b1b101',
  name: 'step',
  kind: 1,
  startTimeUnixNano: '1795262400000000000',
  endTimeUnixNano: '1795262401000000000',
  status: { code: 2 },
};

const [START_FIRST, END_FIRST, TOGETHER, BEATS, AFTER_NO, AFTER_YES, SHARED] = Array.from({ length: 7 }, (_, i) =>
  `${i + 1}`.padStart(32, 'a'),
) as [string, string, string, string, string, string, string];

/** Export requests in JSON: a trace with its spans. */
async function send(...requests: readonly (readonly [traceId: string, ...spans: readonly object[]])[]): Promise<void> {
  for (const [traceId, ...spans] of requests) {
    const request = {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'worker' } }] },
          scopeSpans: [{ scope: { name: 'jobs' }, spans: spans.map((span) => ({ traceId, ...span })) }],
        },
      ],
    };
    const body = new TextEncoder().encode(JSON.stringify(request));
    expect(await tailgate.send(body, { 'content-type': 'application/json' })).toBe(200);
  }
}

/** What the archive has of a trace: for each line `seq`, its columns and its spans as they were sent. */
async function archived(traceId: string) {
  const objects = await tailgate.archive();
  const lines = objects.flatMap((object) => object.lines).filter((line) => line.trace_id === traceId);
  return lines.map(({ resourceSpans, ...columns }) => ({
    ...columns,
    spans: resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  }));
}

it('sees every copy of a span that is exported when it starts, while it goes on and when it ends', async () => {
  await send(
    [START_FIRST, STARTED],
    [START_FIRST, ENDED],
    [END_FIRST, ENDED],
    [END_FIRST, STARTED],
    [TOGETHER, STARTED, ENDED],
    [BEATS, beat(1)],
    [BEATS, beat(2), beat(3)],
    [BEATS, ENDED],
    [AFTER_NO, STARTED],
    [AFTER_YES, STARTED, FAILED],
    // Zipkin-style: the client's and the server's span have one ID.
    [SHARED, { ...ENDED, kind: 3 }, { ...ENDED, kind: 2, startTimeUnixNano: '1795262400000000005' }],
  );
  await decideAll();

  for (const traceId of [START_FIRST, END_FIRST, TOGETHER, BEATS]) {
    expect(await archived(traceId)).toEqual([
      expect.objectContaining({
        sampling_policy: 'errors',
        span_count: 1,
        error_count: 1,
        duration_ms: 9000,
        status: 'ERROR',
        seq: 0,
        spans: [{ ...ENDED, traceId }],
      }),
    ]);
  }
  expect(await archived(AFTER_NO)).toEqual([]);
  expect(await archived(AFTER_YES)).toMatchObject([{ seq: 0, span_count: 2 }]);
  expect((await archived(SHARED))[0]?.spans.map(({ spanId }) => spanId)).toEqual([ENDED.spanId, ENDED.spanId]);

  await send([AFTER_NO, ENDED], [AFTER_YES, ENDED]);
  await decideAll();
  // The error in the later copy rescues the trace, and its first copy gives way.
  expect(await archived(AFTER_NO)).toMatchObject([{ seq: 0, span_count: 1, spans: [ENDED] }]);
  // Objects never change: the finished copy is on a further line, whose columns count it alone.
  const lines = (await archived(AFTER_YES)).toSorted((a, b) => a.seq - b.seq);
  expect(lines).toMatchObject([
    { seq: 0, span_count: 2, error_count: 1, duration_ms: 1000, spans: [{ name: 'nightly-job' }, { name: 'step' }] },
    { seq: 1, span_count: 2, error_count: 2, duration_ms: 9000, spans: [ENDED] },
  ]);
});

/** Until no wake-up is left. */
async function decideAll(): Promise<void> {
  const { clients, names } = tailgate;
  const waiting = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
  ] as const;
  for (;;) {
    const command = new GetQueueAttributesCommand({ QueueUrl: names.queueUrl, AttributeNames: [...waiting] });
    const { Attributes = {} } = await clients.sqs.send(command);
    if (waiting.every((name) => Attributes[name] === '0')) return;
    await tailgate.decideNext();
  }
}
