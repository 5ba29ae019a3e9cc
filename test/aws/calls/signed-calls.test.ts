import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../../lib/aws/calls/connections.ts';
import { SignedCalls } from '../../../lib/aws/calls/signed-calls.ts';
import { isRetryable, isThrottling, retry } from '../../../lib/aws/retry.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type Answer, json, StubService } from '../../support/stub-service.ts';

let service: StubService;
const opened: { destroy(): void }[] = [];

beforeEach(async () => {
  service = await StubService.start();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.destroy();
  await service.stop();
});

type Anything = { readonly Ask: { readonly input: object; readonly output: { readonly n?: number } } };
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };

function create(options: ConnectionOptions & { endpoint?: string; clock?: ManualClock } = {}) {
  const calls = new SignedCalls<Anything>(
    { name: 'dynamodb', target: 'Target', version: '1.0' },
    { region: 'eu-west-1', credentials, endpoint: service.url, ...options },
  );
  opened.push(calls);
  return calls;
}

/** What a call fails with. */
function failureOf(calls: SignedCalls<Anything>): Promise<unknown> {
  return calls.call('Ask', {}).then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  );
}

/** The answers of the service, one after the other; the last one again and again. */
function answersInTurn(...answers: readonly Answer[]): Answer {
  let next = 0;
  return (response, request) => {
    answers[Math.min(next++, answers.length - 1)]?.(response, request);
  };
}

/** The timers of this process that are running. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

it('sends one POST with everything that the service needs to know', async () => {
  await create().call('Ask', { a: 1 });
  expect(service.received).toMatchObject([
    {
      path: '/',
      body: '{"a":1}',
      headers: {
        host: new URL(service.url).host,
        'content-length': '7',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'Target.Ask',
        'x-amz-security-token': 'token',
        'user-agent': 'tailgate',
        connection: 'keep-alive',
      },
    },
  ]);
});

it('uses the path of the endpoint', async () => {
  await create({ endpoint: `${service.url}/a/b` }).call('Ask', {});
  expect(service.received).toMatchObject([{ path: '/a/b' }]);
});

it('keeps connections open, and no more than are needed', async () => {
  const calls = create();
  for (let i = 0; i < 5; i++) await Promise.all([calls.call('Ask', {}), calls.call('Ask', {})]);
  expect(service.connections).toBe(2);
  calls.destroy();
  await expect.poll(() => service.openConnections()).toBe(0);
});

it('fails the calls that are in progress when it is destroyed', async () => {
  service.answer = () => undefined;
  const calls = create();
  const failure = failureOf(calls);
  await expect.poll(() => service.received).toHaveLength(1);
  calls.destroy();
  expect(await failure).toMatchObject({ code: 'ECONNRESET' });
});

it('leaves no timer behind, however a call ends', async () => {
  const before = timers();
  service.answer = answersInTurn(
    json(200, '{}'),
    json(500, '{}'),
    json(200, 'no JSON'),
    (response) => response.destroy(),
    (response) => response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy()),
    () => undefined,
  );
  const calls = create({ requestTimeoutMs: 100 });
  await calls.call('Ask', {});
  for (let i = 0; i < 5; i++) await failureOf(calls);
  calls.destroy();
  expect(timers()).toBeLessThanOrEqual(before);
  await expect.poll(() => service.openConnections()).toBe(0);
});

describe('an answer that is an error', () => {
  it.each([
    [
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m"}',
      'ConditionalCheckFailedException',
      'no',
    ],
    [
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ItemCollectionSizeLimitExceededException","Message":"m"}',
      'ItemCollectionSizeLimitExceededException',
      'no',
    ],
    [400, '{"__type":"com.amazon.coral.validate#ValidationException","message":"m"}', 'ValidationException', 'no'],
    [
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"m"}',
      'ProvisionedThroughputExceededException',
      'throttling',
    ],
    [
      400,
      '{"__type":"com.amazon.coral.availability#ThrottlingException","message":"m"}',
      'ThrottlingException',
      'throttling',
    ],
    [
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#RequestLimitExceeded","message":"m"}',
      'RequestLimitExceeded',
      'throttling',
    ],
    [400, '{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"m"}', 'ExpiredTokenException', 'no'],
    [
      400,
      '{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"m"}',
      'InvalidSignatureException',
      'yes',
    ],
    [
      500,
      '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"m"}',
      'InternalServerError',
      'yes',
    ],
    [
      503,
      '{"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"m"}',
      'ServiceUnavailableException',
      'yes',
    ],
    [503, '<html>Service Unavailable</html>', 'UnknownError', 'yes'],
    [429, '', 'UnknownError', 'throttling'],
    [403, '<html>Forbidden</html>', 'UnknownError', 'no'],
    [302, '', 'UnknownError', 'no'],
    [204, '', 'UnknownError', 'no'],
  ])('%i %s is %s, another attempt: %s', async (status, body, name, retryable) => {
    service.answer = json(status, body, { 'x-amzn-requestid': 'R1' });
    const error = await failureOf(create());
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status, requestId: 'R1' } });
    expect([isRetryable(error), isThrottling(error)]).toEqual([retryable !== 'no', retryable === 'throttling']);
  });

  it('has the message of the service, or the beginning of what somebody else says', async () => {
    service.answer = json(400, '{"__type":"X","message":"from the service"}');
    expect(await failureOf(create())).toMatchObject({ message: 'from the service' });
    service.answer = json(403, `<html>${'x'.repeat(1000)}`);
    expect(await failureOf(create())).toMatchObject({ message: `status 403: <html>${'x'.repeat(194)}` });
  });
});

describe('an answer that is damaged', () => {
  it.each<[string, Answer, string]>([
    [
      'ends in the middle',
      (response) => response.writeHead(200, { 'content-length': '10' }).write('{"n":', () => response.destroy()),
      'aborted',
    ],
    [
      'ends in the middle of a chunk',
      (response) => response.writeHead(200).write('{"n":', () => response.destroy()),
      'aborted',
    ],
    ['does not begin', (response) => response.destroy(), 'socket hang up'],
    ['is not JSON', json(200, '<html>Please log in</html>'), 'the answer is not JSON: <html>Please log in</html>'],
    ['is empty', json(200, ''), 'the answer is not JSON: '],
    [
      'has other bytes than its checksum says',
      json(200, '{"n":1}', { 'x-amz-crc32': '7' }),
      `the answer has CRC-32 ${crc32('{"n":1}')}, its header says 7`,
    ],
    [
      'is an error with another checksum',
      json(400, '{"__type":"ValidationException"}', { 'x-amz-crc32': '7' }),
      `the answer has CRC-32 ${crc32('{"__type":"ValidationException"}')}, its header says 7`,
    ],
  ])('because it %s is asked for again', async (_, damaged, message) => {
    service.answer = answersInTurn(damaged, json(200, '{"n":1}', { 'x-amz-crc32': String(crc32('{"n":1}')) }));
    const calls = create();
    expect(await failureOf(calls)).toMatchObject({ message });
    service.answer = answersInTurn(damaged, json(200, '{"n":1}'));
    const policy = instantRetryPolicy(new ManualClock());
    expect(await retry(policy, 'ask', () => calls.call('Ask', {}))).toEqual({ n: 1 });
    expect(policy.waits).toHaveLength(1);
  });

  it('is not read to its end when it is huge, and not asked for again', async () => {
    let sent = 0;
    service.answer = (response) => {
      const more = () => {
        if (response.destroyed || sent >= 100_000_000) return;
        sent += 65_536;
        if (response.write(Buffer.alloc(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    const error = await failureOf(create({ maxAnswerBytes: 1_000_000 }));
    expect(error).toMatchObject({ name: 'AnswerTooLargeError', message: 'the answer has more than 1000000 bytes' });
    expect(isRetryable(error)).toBe(false);
    await expect.poll(() => service.openConnections()).toBe(0);
    expect(sent).toBeLessThan(50_000_000);
  });
});

it('a connection that the service closes between two calls costs an attempt at most', async () => {
  const calls = create();
  const policy = instantRetryPolicy(new ManualClock());
  for (let i = 0; i < 5; i++) {
    service.answer = json(200, `{"n":${i}}`);
    expect(await retry(policy, 'ask', () => calls.call('Ask', {}))).toEqual({ n: i });
    service.closeIdleConnections();
  }
  // One whose end comes while the next request is on its way.
  service.answer = answersInTurn((response) => response.socket?.destroy(), json(200, '{"n":9}'));
  expect(await retry(policy, 'ask', () => calls.call('Ask', {}))).toEqual({ n: 9 });
});

describe('a service that is silent', () => {
  it.each<[string, Answer]>([
    ['before its answer', () => undefined],
    ['after the headers', (response) => response.writeHead(200, { 'content-length': '10' }).flushHeaders()],
    ['in the middle of its answer', (response) => response.writeHead(200, { 'content-length': '10' }).write('{"n":')],
  ])('%s is given up, with its connection', async (_, silent) => {
    service.answer = silent;
    const error = await failureOf(create({ requestTimeoutMs: 60 }));
    expect(error).toMatchObject({ name: 'TimeoutError', message: 'no answer for 60 ms' });
    expect(isRetryable(error)).toBe(true);
    await expect.poll(() => service.openConnections()).toBe(0);
  });

  it('is not one that answers slowly', async () => {
    service.answer = (response) => {
      const parts = [...'{"n":1}'];
      response.writeHead(200);
      const timer = setInterval(() => {
        const part = parts.shift();
        if (part !== undefined) return response.write(part);
        clearInterval(timer);
        return response.end();
      }, 20);
    };
    expect(await create({ requestTimeoutMs: 110 }).call('Ask', {})).toEqual({ n: 1 });
  });
});

it('gives up a connection that does not open', async () => {
  // A server that does not accept: when its backlog is full, the kernel ignores who comes then.
  const server = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  const [port] = await once(server, 'message');
  const others = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await once(others[0] as Socket, 'connect');
  const before = timers();
  const error = await failureOf(create({ endpoint: `http://127.0.0.1:${port}`, connectTimeoutMs: 50 }));
  expect(error).toMatchObject({ name: 'TimeoutError', message: 'no connection to 127.0.0.1 for 50 ms' });
  expect(isRetryable(error)).toBe(true);
  expect(timers()).toBeLessThanOrEqual(before);
  for (const socket of others) socket.destroy();
  await server.terminate();
});

it('tells of a service that is not there as of one that may come back', async () => {
  const { url } = service;
  const calls = create({ endpoint: url });
  await service.stop();
  const error = await failureOf(calls);
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  expect(isRetryable(error)).toBe(true);
  service = await StubService.start();
});

describe('a wrong clock', () => {
  const HOUR_MS = 3_600_000;
  const dateOf = (ms: number) => new Date(ms).toUTCString();

  it.each([-HOUR_MS, HOUR_MS])(
    'that is %i ms off is corrected by the first answer, also by one that refuses',
    async (offMs) => {
      const clock = new ManualClock();
      const trueMs = clock.now() - (clock.now() % 1000);
      clock.set(trueMs + offMs);
      service.answer = (response, { headers }) => {
        const time = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..)Z/, '$1-$2-$3:$4:$5Z');
        const isSkewed = Math.abs(Date.parse(time) - trueMs) > 5 * 60_000;
        const answer = isSkewed
          ? json(400, '{"__type":"x#InvalidSignatureException"}', { date: dateOf(trueMs) })
          : json(200, '{"n":1}', { date: dateOf(trueMs) });
        answer(response, { path: '', headers, body: '' });
      };
      const calls = create({ clock });
      const policy = instantRetryPolicy(new ManualClock());
      expect(await retry(policy, 'ask', () => calls.call('Ask', {}))).toEqual({ n: 1 });
      expect(service.received).toHaveLength(2);
      await calls.call('Ask', {});
      expect(service.received).toHaveLength(3);
    },
  );

  it.each([
    { what: 'came from a cache', headers: { date: dateOf(0), age: '7' } },
    { what: 'has no time', headers: { date: 'yesterday' } },
  ])('is not learned from an answer that $what', async ({ headers }) => {
    const clock = new ManualClock();
    const calls = create({ clock });
    service.answer = json(200, '{}', headers);
    await calls.call('Ask', {});
    await calls.call('Ask', {});
    const [first, second] = service.received;
    expect(second?.headers['x-amz-date']).toBe(first?.headers['x-amz-date']);
  });
});
