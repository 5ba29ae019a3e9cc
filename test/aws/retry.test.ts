import { describe, expect, it } from 'vitest';
import { Backoff, isRetryable, retry } from '../../lib/aws/retry.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { serviceError } from '../support/faults.ts';
import { instantRetryPolicy } from '../support/instant-retry.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('retry', () => {
  it('waits a random share of a doubling ceiling, up to one second', async () => {
    const policy = instantRetryPolicy(new ManualClock());
    const failing = retry(policy, 'do it', () => Promise.reject(serviceError('ThrottlingException', 400)));
    await expect(failing).rejects.toThrow(UnavailableError);
    // Half of 25, 50, 100 … 1000, rounded up, while the sum stays within 4000.
    expect(policy.waits).toEqual([13, 25, 50, 100, 200, 400, 500, 500, 500, 500, 500, 500]);
  });

  it('says what could not be done, how long it tried and why, and keeps the cause', async () => {
    const cause = serviceError('ServiceUnavailable', 503);
    const failing = retry(instantRetryPolicy(new ManualClock(), 100), 'read trace ab', () => Promise.reject(cause));
    await expect(failing).rejects.toMatchObject({
      name: 'UnavailableError',
      message: 'could not read trace ab within 100 ms: ServiceUnavailable: injected ServiceUnavailable',
      cause,
    });
  });

  it('answers with the first success', async () => {
    let calls = 0;
    const answer = await retry(instantRetryPolicy(new ManualClock()), 'do it', async () => {
      calls += 1;
      if (calls < 3) throw serviceError('SlowDown', 503);
      return calls;
    });
    expect(answer).toBe(3);
  });

  it('throws at once what another attempt cannot cure', async () => {
    const policy = instantRetryPolicy(new ManualClock());
    const denied = serviceError('AccessDeniedException', 400);
    await expect(retry(policy, 'do it', () => Promise.reject(denied))).rejects.toBe(denied);
    expect(policy.waits).toEqual([]);
  });
});

describe('Backoff', () => {
  const delays = { firstMs: 1000, factor: 1.5, maxMs: 2000, jitter: 0.5 };

  it('grows by its factor up to its maximum, of which a share is left to chance', async () => {
    const policy = { ...instantRetryPolicy(new ManualClock(), 10_000), delays };
    const backoff = new Backoff(policy);
    for (let i = 0; i < 4; i++) expect(await backoff.wait()).toBe(true);
    expect(policy.waits).toEqual([750, 1125, 1500, 1500]);
  });

  it('waits at least as long as it is asked to, and says so before', async () => {
    const policy = { ...instantRetryPolicy(new ManualClock(), 10_000), delays };
    const backoff = new Backoff(policy);
    const announced: number[] = [];
    const onWait = (delayMs: number) => announced.push(delayMs);
    expect(await backoff.wait({ atLeastMs: 5000, onWait })).toBe(true);
    expect(await backoff.wait({ atLeastMs: 5001, onWait })).toBe(false);
    expect({ announced, waits: policy.waits }).toEqual({ announced: [5000], waits: [5000] });
  });
});

describe('isRetryable', () => {
  it.each([
    { error: serviceError('ProvisionedThroughputExceededException', 400), retryable: true },
    { error: serviceError('InternalFailure', 500), retryable: true },
    { error: serviceError('Unknown', 429), retryable: true },
    { error: Object.assign(new Error(), { name: 'TimeoutError' }), retryable: true },
    { error: Object.assign(new Error(), { code: 'ECONNRESET' }), retryable: true },
    { error: Object.assign(new Error(), { $retryable: {} }), retryable: true },
    { error: serviceError('ConditionalRequestConflict', 409), retryable: true },
    { error: serviceError('ValidationException', 400), retryable: false },
    { error: serviceError('ConditionalCheckFailedException', 400), retryable: false },
    { error: serviceError('PreconditionFailed', 412), retryable: false },
    { error: new TypeError('x is not a function'), retryable: false },
    { error: 'text', retryable: false },
    { error: undefined, retryable: false },
  ])('is $retryable for $error', ({ error, retryable }) => {
    expect(isRetryable(error)).toBe(retryable);
  });
});
