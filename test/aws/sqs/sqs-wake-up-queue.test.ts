import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignedQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../../../lib/aws/sqs/wake-up-queue.ts';
import type { DelayedWakeUp } from '../../../lib/pipeline/ports.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { type Fault, injectFaults, loseRequest, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

interface Batch {
  readonly QueueUrl: string;
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string; readonly DelaySeconds: number }[];
}

describe('SqsWakeUpQueue', () => {
  it('sends at most ten messages and 1 MiB in a call', async () => {
    const { queue, batches } = create([]);
    // 30,000 fragments are six messages of 250 KB at most, twelve small ones are two calls.
    await queue.send([wakeUp(30_000), ...Array.from({ length: 12 }, () => wakeUp(1))]);
    const sizes = batches.map(({ Entries }) => Entries.reduce((sum, { MessageBody }) => sum + MessageBody.length, 0));
    expect(Math.max(...batches.map(({ Entries }) => Entries.length))).toBeLessThanOrEqual(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    expect(batches.flatMap(({ Entries }) => Entries).every(({ MessageBody }) => MessageBody.length <= 250 * 1024)).toBe(
      true,
    );
  });

  it.each([
    { what: 'throttling', fault: refuse('RequestThrottled', 400) },
    { what: 'a server error', fault: refuse('InternalError', 500) },
    { what: 'a lost request', fault: loseRequest },
  ])('sends the same again after $what', async ({ fault }) => {
    const { queue, batches } = create([fault]);
    await queue.send([wakeUp(1), wakeUp(2)]);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.Entries).toHaveLength(2);
  });

  it('sends again only the messages that failed', async () => {
    const { queue, batches } = create([
      async () => ({ Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] }),
    ]);
    const [first, second] = [wakeUp(1), wakeUp(1)];
    await queue.send([first, second]);
    const hash = second.wakeUp.fragments[0]?.hash ?? 'none';
    expect(batches.map(({ Entries }) => Entries.map(({ MessageBody }) => MessageBody.includes(hash)))).toEqual([
      [true],
    ]);
  });

  it('names what failed when the time is over', async () => {
    const failed = { Failed: [{ Id: '0', Code: 'InternalError', Message: 'try later', SenderFault: false }] };
    const { queue } = create([async () => failed], { forever: true });
    const sending = queue.send([wakeUp(1), wakeUp(1)]);
    await expect(sending).rejects.toThrow(UnavailableError);
    await expect(sending).rejects.toThrow(
      'could not send 1 of 2 messages to http://queue within 4000 ms: InternalError: try later',
    );
  });

  it('throws at once what the queue rejects for good', async () => {
    const failed = { Failed: [{ Id: '0', Code: 'InvalidParameterValue', Message: 'too long', SenderFault: true }] };
    const { queue, policy } = create([async () => failed]);
    await expect(queue.send([wakeUp(1)])).rejects.toThrow(
      'http://queue rejected a wake-up: InvalidParameterValue: too long',
    );
    expect(policy.waits).toEqual([]);
  });

  it('sends dead letters to their own queue, without a delay', async () => {
    const { queue, batches } = create([]);
    await queue.sendToDeadLetters([wakeUp(1).wakeUp]);
    expect(batches).toMatchObject([{ QueueUrl: 'http://dead-letters', Entries: [{ DelaySeconds: 0 }] }]);
  });
});

/** `batches` are the calls that came through, after the faults. */
function create(faults: readonly Fault[], options?: { readonly forever: boolean }) {
  const clock = new ManualClock();
  const policy = instantRetryPolicy(clock);
  const batches: Batch[] = [];
  const client = new SignedQueueCalls({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const accept: Fault = async ({ input }) => {
    batches.push(input as unknown as Batch);
    return {};
  };
  const accepting = Array<Fault>(50).fill(accept);
  injectFaults(client, 'SendMessageBatch', options?.forever ? faults : [...faults, ...accepting], options);
  const urls = { queueUrl: 'http://queue', deadLetterQueueUrl: 'http://dead-letters' };
  return { queue: new SqsWakeUpQueue({ client, ...urls, clock, retryPolicy: policy }), batches, policy };
}

function wakeUp(fragmentCount: number): DelayedWakeUp {
  const fragments = Array.from({ length: fragmentCount }, () => ({
    traceId: randomBytes(16).toString('hex'),
    hash: randomBytes(12).toString('hex'),
  }));
  return { wakeUp: { dueAtMs: 1_795_262_430_000, attempt: 0, fragments }, delaySeconds: 30 };
}
