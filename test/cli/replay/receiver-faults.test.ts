import { createServer as createHttp2Server } from 'node:http2';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FilesystemObjectStore } from '../../../lib/aws/filesystem/object-store.ts';
import { freePort } from '../../support/free-port.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import {
  accept,
  answer,
  type Behaviour,
  hang,
  type OtlpReceiver,
  reset,
  startOtlpReceiver,
  traceIdsOf,
} from '../../support/otlp-receiver.ts';
import { newDataFolder } from '../query/support/archive-folder.ts';
import { idOf, keepMany, linesOf } from './support/kept-traces.ts';
import { interrupt, type RunOptions, run } from './support/run.ts';

let dataDir: string;
let receiver: OtlpReceiver;
let ids: string[];

beforeEach(() => {
  dataDir = newDataFolder();
  ids = keepMany(dataDir, 1, 4);
});

async function receive(behaviours: readonly Behaviour[], then?: Behaviour): Promise<void> {
  receiver = await startOtlpReceiver(behaviours, then);
  onTestFinished(() => receiver.stop());
}

const replay = (options: readonly string[] = [], how?: RunOptions) =>
  run(['--endpoint', receiver.url, '--data', dataDir, ...options], how);

// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response and #otlphttp-throttling
describe('a receiver that is busy', () => {
  it.each([429, 502, 503, 504])('with HTTP %i is tried again', async (status) => {
    await receive([answer(status, { code: 14, message: 'full' })]);
    const { code, complaints, waits } = await replay();
    expect({ code, complaints }).toEqual({ code: 0, complaints: [`HTTP ${status}: full; trying again in 0.8 s`] });
    // A second at first, of which chance (0.5 here) leaves three quarters.
    expect(waits).toEqual([750]);
    expect(receiver.acceptedTraceIds()).toEqual(ids);
    expect(receiver.requests[1]?.json).toBe(receiver.requests[0]?.json);
  });

  it('is given the time that it asks for: in seconds', async () => {
    await receive([answer(429, {}, { 'retry-after': '17' })]);
    expect(await replay()).toMatchObject({ code: 0, waits: [17_000] });
  });

  it('is given the time that it asks for: as a date', async () => {
    // A date has whole seconds.
    const clock = new ManualClock(Math.ceil(Date.now() / 1000) * 1000 + 60_000);
    await receive([answer(503, {}, { 'retry-after': new Date(clock.now() + 20_000).toUTCString() })]);
    expect(await replay([], { clock })).toMatchObject({ code: 0, waits: [20_000] });
  });

  it('is waited for longer each time, up to half a minute, and not for ever', async () => {
    await receive([], answer(503, 'try later', { 'content-type': 'text/plain' }));
    const { code, out, complaints, waits } = await replay();
    expect(code).toBe(1);
    expect(waits.slice(0, 4)).toEqual([750, 1125, 1688, 2532]);
    expect(Math.max(...waits)).toBe(22_500);
    const totalMs = waits.reduce((sum, wait) => sum + wait, 0);
    expect(totalMs).toBeLessThanOrEqual(300_000);
    expect(totalMs).toBeGreaterThan(300_000 - 22_500);
    expect(out[0]).toBe('sent: 0 traces, 0 spans, 0.0 MB');
    expect(out.at(-1)).toBe('stopped; with --resume FILE a replay can go on where it has stopped');
    expect(complaints.at(-1)).toBe(
      `error: ${receiver.url}/v1/traces: gave up after ${waits.length + 1} attempts: HTTP 503: try later`,
    );
    // One message in ten seconds, and the last one.
    expect(complaints.length).toBeLessThan(30);
  });

  it('is not waited for when it asks for more time than there is', async () => {
    await receive([], answer(429, {}, { 'retry-after': '3600' }));
    const { code, complaints, waits } = await replay();
    expect({ code, complaints, waits }).toEqual({
      code: 1,
      waits: [],
      complaints: [
        `error: ${receiver.url}/v1/traces: gave up after 1 attempts: HTTP 429 (it asked for Retry-After: 3600)`,
      ],
    });
  });

  it.each([
    ['resets the connection', reset, /^(other side closed|socket hang up|read ECONNRESET); trying again in 0\.8 s$/],
    ['does not answer', hang, /^no answer within 1 s; trying again in 0\.8 s$/],
  ])('and %s is tried again', async (_, behaviour, message) => {
    await receive([behaviour]);
    const { code, complaints } = await replay(['--timeout', behaviour === hang ? '1' : '30']);
    expect({ code, complaints }).toEqual({ code: 0, complaints: [expect.stringMatching(message)] });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
  });

  it('and closes the connection in the middle of its answer is tried again', async () => {
    const cut: Behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"partial', () => response.socket?.destroy());
    };
    await receive([cut]);
    expect(await replay()).toMatchObject({ code: 0, waits: [750] });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
  });

  it('or is not there at all', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, complaints, waits } = await run(['--endpoint', url, '--data', dataDir, '--give-up-after', '5']);
    expect({ code, waits: waits.length }).toEqual({ code: 1, waits: 3 });
    expect(complaints).toEqual([
      expect.stringMatching(/^connect ECONNREFUSED .*; trying again in 0\.8 s$/),
      expect.stringMatching(/^error: http:.*\/v1\/traces: gave up after 4 attempts: connect ECONNREFUSED/),
    ]);
  });
});

describe('a receiver that takes a part', () => {
  it('is asked no second time, and what it says is shown', async () => {
    const partial = { partialSuccess: { rejectedSpans: '3', errorMessage: 'too old\u001b[31m' } };
    await receive([answer(200, partial)]);
    const { code, out, complaints } = await replay();
    expect({ code, complaints }).toEqual({ code: 1, complaints: ['the receiver says: too old\\u001b[31m'] });
    expect(out).toEqual([
      'sent: 4 traces, 1 span, 0.0 MB',
      'objects read: 1 of 1',
      'rejected by the receiver: 3 spans',
    ]);
    expect(receiver.requests).toHaveLength(1);
  });

  it('may warn without rejecting anything', async () => {
    await receive([answer(200, { partialSuccess: { errorMessage: 'use another name' } })]);
    expect(await replay()).toMatchObject({ code: 0, complaints: ['the receiver says: use another name'] });
  });

  it.each(['', '{}', '{"partialSuccess":null}', '{"partialSuccess":{"rejectedSpans":"0"}}', 'ok'])(
    'takes all when it answers %j',
    async (body) => {
      await receive([], answer(200, body, { 'content-type': 'text/plain' }));
      expect(await replay()).toMatchObject({ code: 0, complaints: [] });
    },
  );
});

describe('a receiver that refuses a trace', () => {
  const refuses =
    (bad: readonly string[], status: number): Behaviour =>
    (response, request) =>
      traceIdsOf(request.json).some((id) => bad.includes(id))
        ? answer(status, { code: 3, message: 'length mismatch' })(response, request)
        : accept(response, request);

  it.each([400, 413, 422])('with HTTP %i gets the others', async (status) => {
    await receive([], refuses([idOf(2)], status));
    const { code, out, complaints, waits } = await replay();
    expect(code).toBe(1);
    expect(receiver.acceptedTraceIds()).toEqual([1, 3, 4].map(idOf));
    expect(complaints).toEqual([`trace ${idOf(2)}, seq 0: HTTP ${status}: length mismatch`]);
    expect(out).toEqual(['sent: 3 traces, 3 spans, 0.0 MB', 'objects read: 1 of 1', 'refused by the receiver: 1 line']);
    expect(waits).toEqual([]);
  });

  it('and every other one as well is not asked for ever', async () => {
    keepMany(dataDir, 1, 500);
    await receive([], answer(400, { message: 'no' }));
    const { code, complaints } = await replay(['--in-flight', '1']);
    expect(code).toBe(1);
    expect(complaints.at(-1)).toBe(`error: ${receiver.url}/v1/traces: refuses whatever it is sent: HTTP 400: no`);
    expect(receiver.requests.length).toBeLessThan(60);
  });
});

describe('a receiver that takes nothing', () => {
  it.each([
    [401, { message: 'who are you?' }, {}, 'HTTP 401: who are you?'],
    [403, '<html>go away</html>', {}, 'HTTP 403'],
    [404, '404 page not found\n', {}, 'HTTP 404: 404 page not found'],
    [405, {}, {}, 'HTTP 405'],
    [415, {}, {}, 'HTTP 415'],
    [500, { message: 'broken\u001b[2J\n' }, {}, 'HTTP 500: broken\\u001b[2J'],
    [307, '', { location: 'https://elsewhere/' }, 'HTTP 307: it has moved to https://elsewhere/'],
    [200, '<!doctype html>', { 'content-type': 'text/html' }, 'HTTP 200 with a web page: this is not an OTLP receiver'],
  ])('with HTTP %i stops it', async (status, body, headers, reason) => {
    await receive([], answer(status, body, headers));
    const { code, complaints, waits } = await replay();
    expect({ code, complaints, waits }).toEqual({
      code: 1,
      complaints: [`error: ${receiver.url}/v1/traces: ${reason}`],
      waits: [],
    });
    expect(receiver.requests).toHaveLength(1);
  });

  it('because it speaks gRPC is told apart', async () => {
    const server = createHttp2Server().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, complaints } = await run(['--endpoint', `http://127.0.0.1:${port}`, '--data', dataDir]);
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [expect.stringMatching(/not over gRPC: its usual port is 4318/)],
    });
  });
});

describe('while one request fails', () => {
  it('no other one waits on', async () => {
    keepMany(dataDir, 1, 4);
    // The first is answered last, and with what ends it all.
    const release = Promise.withResolvers<void>();
    const stubborn: Behaviour = async (response, request) => {
      await release.promise;
      answer(404)(response, request);
    };
    const busy: Behaviour = (response, request) => {
      answer(503)(response, request);
      if (receiver.requests.length > 8) release.resolve();
    };
    await receive([stubborn], busy);
    const { code, complaints } = await replay(['--batch-bytes', '1', '--in-flight', '3']);
    expect({ code, last: complaints.at(-1) }).toEqual({ code: 1, last: `error: ${receiver.url}/v1/traces: HTTP 404` });
  });

  it('what the others have sent counts', async () => {
    const resumeFile = join(dataDir, 'position');
    const refusesSecond: Behaviour = (response, request) =>
      (traceIdsOf(request.json).includes(idOf(2)) ? answer(404) : accept)(response, request);
    await receive([], refusesSecond);
    const { code, out } = await replay(['--batch-bytes', '1', '--in-flight', '3', '--resume', resumeFile]);
    expect({ code, line: out[0] }).toEqual({ code: 1, line: 'sent: 1 trace, 1 span, 0.0 MB' });
    expect(out.at(-1)).toBe(`stopped; the position is in ${resumeFile}: the same command goes on from there`);
  });
});

describe('when somebody wants it to stop', () => {
  it('begins nothing new, and lets end what is under way', async () => {
    const stop = new AbortController();
    const stopping: Behaviour = (response, request) => {
      interrupt(stop);
      accept(response, request);
    };
    await receive([accept, stopping]);
    const { code, out } = await replay(['--batch-bytes', '1', '--in-flight', '1'], { stop });
    expect({ code, line: out[0] }).toEqual({ code: 130, line: 'sent: 2 traces, 2 spans, 0.0 MB' });
    expect(receiver.requests).toHaveLength(2);
  });

  it('reads no further, also where nothing is to be sent', async () => {
    await receive([]);
    const stop = new AbortController();
    let reads = 0;
    const archiveReads = vi.spyOn(FilesystemObjectStore.prototype, 'open').mockImplementation(async () => {
      reads += 1;
      interrupt(stop);
      return Readable.from([gzipSync(linesOf([{ traceId: idOf(1) }]))]);
    });
    onTestFinished(() => archiveReads.mockRestore());
    keepMany(dataDir, 50, 1);
    expect(await replay(['--trace', idOf(999)], { stop })).toMatchObject({ code: 130 });
    // Those that were fetched ahead.
    expect(reads).toBeLessThan(20);
  });

  it('does not wait for a receiver that is busy', async () => {
    const stop = new AbortController();
    const stopping: Behaviour = (response, request) => {
      interrupt(stop);
      answer(503)(response, request);
    };
    await receive([stopping]);
    const { code, waits } = await replay([], { stop });
    expect({ code, waits }).toEqual({ code: 130, waits: [] });
  });

  it('does not wait for ever for a receiver that does not answer', async () => {
    const stop = new AbortController();
    const abort = new AbortController();
    const stopping: Behaviour = () => {
      interrupt(stop);
      interrupt(abort);
    };
    await receive([stopping]);
    expect(await replay([], { stop, abort })).toMatchObject({ code: 130 });
  });

  it('ends with 0 when everything was under way already', async () => {
    const stop = new AbortController();
    const stopping: Behaviour = (response, request) => {
      interrupt(stop);
      accept(response, request);
    };
    await receive([stopping]);
    expect(await replay([], { stop })).toMatchObject({ code: 0 });
  });
});
