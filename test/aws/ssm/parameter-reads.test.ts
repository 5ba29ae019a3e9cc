import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { meterParameterReads } from '../../../lib/aws/meter-calls.ts';
import { isRetryable } from '../../../lib/aws/retry.ts';
import { SignedParameterReads, sdkParameterReads } from '../../../lib/aws/ssm/parameter-reads.ts';
import { ParameterStore } from '../../support/parameter-store.ts';
import { RecordingMetrics } from '../../support/recording-metrics.ts';

let store: ParameterStore;

beforeAll(async () => {
  store = await ParameterStore.start();
  store.set('/a/b', 'first');
  store.set('/a/b', 'second');
  for (let i = 10; i < 22; i += 1) store.set(`/keys/${i}`, `${i}`);
});
afterAll(() => store.stop());
beforeEach(() => {
  store.outage = undefined;
});

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const signed = (endpoint: string) => new SignedParameterReads({ region: 'us-east-1', endpoint, credentials });

/** What the SDK's client does is what ours has to do. */
describe.each([
  ['SDK', () => sdkParameterReads(store.client())],
  ['signed requests', () => signed(store.url)],
])('%s', (_, reads) => {
  it('gets the latest version, and one that is asked for', async () => {
    expect((await reads().getParameter({ Name: '/a/b' })).Parameter).toMatchObject({ Version: 2, Value: 'second' });
    expect((await reads().getParameter({ Name: '/a/b:1' })).Parameter).toMatchObject({ Version: 1, Value: 'first' });
  });

  it('pages through a path', async () => {
    const page = await reads().getParametersByPath({ Path: '/keys', MaxResults: 10 });
    expect(page.Parameters).toHaveLength(10);
    const { Parameters, NextToken } = await reads().getParametersByPath({ Path: '/keys', NextToken: page.NextToken });
    expect(Parameters?.map(({ Value }) => Value)).toEqual(['20', '21']);
    expect(NextToken).toBeUndefined();
  });

  it.each([
    ['/none', 'ParameterNotFound'],
    ['/a/b:9', 'ParameterVersionNotFound'],
  ])('%s: %s, which another attempt does not cure', async (Name, name) => {
    const error = await failure(reads().getParameter({ Name }));
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(isRetryable(error)).toBe(false);
  });

  it.each([
    [400, 'ThrottlingException', 'ThrottlingException', true],
    [400, 'com.amazonaws.ssm#ThrottlingException', 'ThrottlingException', true],
    [500, 'InternalServerError', 'InternalServerError', true],
    [400, 'AccessDeniedException:http://internal.amazon.com/coral/', 'AccessDeniedException', false],
  ])('%i %s is %s', async (status, type, name, retryable) => {
    store.outage = { status, type };
    const error = await failure(reads().getParameter({ Name: '/a/b' }));
    expect(error).toMatchObject({ name, message: 'injected', $metadata: { httpStatusCode: status } });
    expect(isRetryable(error)).toBe(retryable);
  });
});

it('a connection that is refused is tried again', async () => {
  const gone = await ParameterStore.start();
  const { url } = gone;
  await gone.stop();
  expect(isRetryable(await failure(signed(url).getParameter({ Name: '/a/b' })))).toBe(true);
});

describe('meterParameterReads', () => {
  it.each([
    { outage: { status: 400, type: 'ThrottlingException' }, counts: { throttled_calls: 2 } },
    { outage: { status: 500, type: 'InternalServerError' }, counts: { failed_calls: 2 } },
    { outage: { status: 400, type: 'AccessDeniedException' }, counts: {} },
    { outage: undefined, counts: {} },
  ])('counts $outage as $counts', async ({ outage, counts }) => {
    const metrics = new RecordingMetrics();
    const reads = meterParameterReads(signed(store.url), metrics);
    store.outage = outage;
    const answers = await Promise.allSettled([
      reads.getParameter({ Name: '/a/b' }),
      reads.getParametersByPath({ Path: '/keys' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(2).fill(outage === undefined ? 'fulfilled' : 'rejected'));
    expect(metrics.totals).toEqual(counts);
  });
});

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  );
}
