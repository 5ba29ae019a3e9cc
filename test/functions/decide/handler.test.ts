import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/decide/handler.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { encodeWakeUp } from '../../../lib/aws/sqs/wake-up-message.ts';
import type { WakeUp } from '../../../lib/pipeline/ports.ts';
import type { ReceivedWakeUp } from '../../../lib/pipeline/wake-ups.ts';
import { emptySummary } from '../../support/batch-outcome.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const WAKE_UP: WakeUp = { dueAtMs: 1, attempt: 0, fragments: [{ traceId: 'a'.repeat(32), hash: 'h1' }] };

/** As SQS delivers it to Lambda. */
function sqsEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1',
        SenderId: 'x',
        ApproximateFirstReceiveTimestamp: '1',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:wake-ups',
      awsRegion: 'us-east-1',
    })),
  };
}

function handler(failedMessageIds: readonly string[], broken: readonly (string | undefined)[] = []) {
  const received: ReceivedWakeUp[] = [];
  const batches: (readonly [string | undefined, readonly string[]])[] = [];
  const log = new RecordingLog();
  const handle = createHandler({
    begin: async () => async (tenant, batch) => {
      received.push(...batch);
      batches.push([tenant, batch.map(({ messageId }) => messageId)]);
      if (broken.includes(tenant)) throw new Error(`the traces of ${tenant} are cursed`);
      return { failedMessageIds, summary: emptySummary() };
    },
    log,
    metrics: NO_METRICS,
  });
  return { handle, received, batches, log };
}

const [body = ''] = encodeWakeUp(WAKE_UP);
const bodyOf = (tenant: string) => encodeWakeUp(WAKE_UP, { tenant })[0] ?? '';

describe('the decide handler', () => {
  it('hands the wake-ups on under the IDs of their messages', async () => {
    const { handle, received } = handler([]);
    expect(await handle(sqsEvent([body, body]))).toEqual({ batchItemFailures: [] });
    expect(received).toEqual([
      { messageId: 'm0', wakeUp: WAKE_UP },
      { messageId: 'm1', wakeUp: WAKE_UP },
    ]);
  });

  it('reports the messages that failed, and only those', async () => {
    const { handle } = handler(['m1']);
    expect(await handle(sqsEvent([body, body]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  });

  it('reports a message that it cannot read and goes on with the others', async () => {
    const { handle, received } = handler([]);
    expect(await handle(sqsEvent(['{"v":99}', body, 'no JSON']))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }],
    });
    expect(received).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['of a test in the console', { key1: 'value1' }],
    ['that is null', null],
    ['that is a string', 'warm-up'],
    ['of a schedule', { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }],
    ['with records that are no list', { Records: {} }],
    ['with records of another service', { Records: [{ eventSource: 'aws:s3', s3: {} }, null, 7] }],
  ])('has nothing to do with an event %s, and says so', async (_, event) => {
    const { handle, received, log } = handler([]);
    expect(await handle(event as SQSEvent)).toEqual({ batchItemFailures: [] });
    expect(received).toEqual([]);
    expect(log.entries.map(({ message }) => message)).toEqual(['event is not a batch of SQS messages']);
  });

  it('reports messages with an odd body, and decides the others', async () => {
    const { handle, received } = handler([]);
    const { Records } = sqsEvent([
      body,
      '',
      'null',
      '[]',
      '7',
      '{"v":1}',
      '{"v":1,"due":1,"attempt":0,"traces":[null]}',
    ]);
    const odd = [{ messageId: 'x0' }, { messageId: 'x1', body: null }, { messageId: 'x2', body: {} }, null, {}];
    const { batchItemFailures } = await handle({ Records: [...Records, ...(odd as SQSEvent['Records'])] });
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(failed).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'x0', 'x1', 'x2']);
    expect(received).toHaveLength(1);
  });

  it('decides the traces of each tenant by themselves', async () => {
    const { handle, batches } = handler([]);
    await handle(sqsEvent([bodyOf('a'), body, bodyOf('b'), bodyOf('a')]));
    expect(batches).toEqual([
      ['a', ['m0', 'm3']],
      [undefined, ['m1']],
      ['b', ['m2']],
    ]);
  });

  it('lets a tenant that fails stop no other', async () => {
    const { handle, batches } = handler([], ['a']);
    const many = Array.from({ length: 8 }, (_, i) => bodyOf(`other-${i}`));
    expect(await handle(sqsEvent([bodyOf('a'), ...many, bodyOf('a')]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm9' }],
    });
    expect(batches).toHaveLength(9);
  });

  it('fails as a whole when nothing could be done', async () => {
    await expect(handler([], ['a']).handle(sqsEvent([bodyOf('a')]))).rejects.toThrow('the traces of a are cursed');
  });

  it('hands the context on, which knows how much time is left', async () => {
    const contexts: unknown[] = [];
    const handle = createHandler({
      begin: async (context) => {
        contexts.push(context);
        return async () => ({ failedMessageIds: [], summary: emptySummary() });
      },
      log: new RecordingLog(),
      metrics: NO_METRICS,
    });
    const context = { getRemainingTimeInMillis: () => 60_000 };
    await handle(sqsEvent([body]), context);
    expect(contexts).toEqual([context]);
  });
});

describe('the decide handler with suspects', () => {
  /** Of the message with the number of its place, delivered so often. */
  function delivered(...counts: readonly number[]) {
    const event = sqsEvent(counts.map(() => body));
    const Records = event.Records.map((record, index) => ({
      ...record,
      attributes: { ...record.attributes, ApproximateReceiveCount: String(counts[index]) },
    }));
    return { Records };
  }

  function recording(failing: { readonly ids?: readonly string[]; readonly acknowledge?: boolean } = {}) {
    const steps: string[] = [];
    const handle = createHandler({
      begin: async () => async (_, batch) => {
        const ids = batch.map(({ messageId, instead }) =>
          instead === undefined ? messageId : `${messageId}: ${instead}`,
        );
        steps.push(`decides ${ids.join(', ')}`);
        return { failedMessageIds: ids.filter((id) => failing.ids?.includes(id)), summary: emptySummary() };
      },
      acknowledge: async (receipts) => {
        if (failing.acknowledge) throw new Error('SQS is down');
        steps.push(`acknowledges ${receipts.join(', ')}`);
      },
      log: new RecordingLog(),
      metrics: NO_METRICS,
    });
    return { steps, handle };
  }

  it('examines them when all others are acknowledged, and one at a time', async () => {
    const { steps, handle } = recording();
    expect(await handle(delivered(3, 1, 2, 3, 6))).toEqual({ batchItemFailures: [] });
    const receipts = delivered(3, 1, 2, 3, 6).Records.map(({ receiptHandle }) => receiptHandle);
    expect(steps).toEqual([
      'decides m1, m2, m4: hand on',
      `acknowledges ${receipts[1]}, ${receipts[2]}, ${receipts[4]}`,
      'decides m0',
      `acknowledges ${receipts[0]}`,
      'decides m3',
    ]);
  });

  it('acknowledges nothing that must come back', async () => {
    const { steps, handle } = recording({ ids: ['m1', 'm2'] });
    const { batchItemFailures } = await handle(delivered(1, 1, 3, 3));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm2']);
    const receipts = delivered(1).Records.map(({ receiptHandle }) => receiptHandle);
    expect(steps).toEqual(['decides m0, m1', `acknowledges ${receipts[0]}`, 'decides m2', 'decides m3']);
  });

  it('leaves them to the next delivery if the others cannot be acknowledged', async () => {
    const { steps, handle } = recording({ acknowledge: true });
    const { batchItemFailures } = await handle(delivered(1, 3));
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
    expect(steps).toEqual(['decides m0']);
  });

  it('acknowledges nothing early where there are none', async () => {
    const { steps, handle } = recording();
    await handle(delivered(1, 2));
    expect(steps).toEqual(['decides m0, m1']);
  });
});
