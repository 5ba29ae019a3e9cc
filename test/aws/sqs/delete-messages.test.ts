import { expect, it } from 'vitest';
import { deleteMessages } from '../../../lib/aws/sqs/delete-messages.ts';
import type { QueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const QUEUE_URL = 'https://sqs.test/wake-ups';

/** Answers of a queue to DeleteMessageBatch, and the receipt handles that it was given. */
function queue(answer: (batch: number) => object) {
  const batches: string[][] = [];
  const call = async (
    operation: string,
    input: { readonly Entries?: readonly { readonly ReceiptHandle?: string }[] },
  ) => {
    expect(operation).toBe('DeleteMessageBatch');
    batches.push((input.Entries ?? []).map(({ ReceiptHandle = '' }) => ReceiptHandle));
    return answer(batches.length);
  };
  return { batches, client: { call } as unknown as QueueCalls };
}

it('deletes ten messages with each call', async () => {
  const { batches, client } = queue(() => ({}));
  const handles = Array.from({ length: 25 }, (_, number) => `r${number}`);
  await deleteMessages(handles, { client, queueUrl: QUEUE_URL, clock: new ManualClock() });
  expect(batches.map(({ length }) => length)).toEqual([10, 10, 5]);
  expect(batches.flat()).toEqual(handles);
});

it('fails if one of them is not deleted', async () => {
  const { client } = queue(() => ({ Failed: [{ Id: '0', Code: 'InternalError', Message: 'no' }] }));
  const deleting = deleteMessages(['r0'], { client, queueUrl: QUEUE_URL, clock: new ManualClock() });
  await expect(deleting).rejects.toThrow(UnavailableError);
  await expect(deleting).rejects.toThrow('could not delete 1 messages of https://sqs.test/wake-ups: InternalError: no');
});
