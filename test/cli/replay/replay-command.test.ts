import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answer, type Behaviour, type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { newDataFolder, writeFile } from '../query/support/archive-folder.ts';
import { idOf, idsOf, keep, keepMany, linesOf, objectKey } from './support/kept-traces.ts';
import { run } from './support/run.ts';

let dataDir: string;
let receiver: OtlpReceiver;

beforeEach(async () => {
  dataDir = newDataFolder();
  await receive();
});

async function receive(behaviours: readonly Behaviour[] = []): Promise<void> {
  receiver = await startOtlpReceiver(behaviours);
  onTestFinished(() => receiver.stop());
}

const replay = (...options: string[]) => run(['--endpoint', receiver.url, '--data', dataDir, ...options]);

describe('replay', () => {
  it('sends every kept trace, without the columns, in gzip', async () => {
    const ids = keepMany(dataDir, 3, 5);
    const { code, out, complaints } = await replay();
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    expect(out).toEqual([expect.stringMatching(/^sent: 15 traces, 15 spans, 0\.0 MB$/), 'objects read: 3 of 3']);
    expect(receiver.acceptedTraceIds()).toEqual(ids);
    expect(receiver.requests).toMatchObject([
      { path: '/v1/traces', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
    ]);
    expect(Object.keys(JSON.parse(receiver.requests[0]?.json ?? ''))).toEqual(['resourceSpans']);
  });

  it('sends the bytes of resourceSpans as they stand in the line', async () => {
    keep(dataDir, 0, [{ traceId: idOf(1), spans: [{ attributes: { n: 9007199254740993n, d: Number.NaN, e: 1e21 } }] }]);
    await replay();
    const line = linesOf([
      { traceId: idOf(1), spans: [{ attributes: { n: 9007199254740993n, d: Number.NaN, e: 1e21 } }] },
    ]).toString();
    expect(receiver.requests[0]?.json).toBe(`${line.slice(0, line.indexOf(',"trace_id"'))}}`);
    expect(receiver.requests[0]?.json).toContain('9007199254740993');
  });

  it('compresses nothing when told so, and sends headers', async () => {
    keepMany(dataDir, 1, 1);
    expect(
      await replay('--compression', 'none', '--header', 'x-api-key=a=b', '--header', 'X-Scope-OrgID: me'),
    ).toMatchObject({
      code: 0,
    });
    const { headers, byteLength, json } = receiver.requests[0] ?? expect.fail();
    expect(headers).toMatchObject({ 'x-api-key': 'a=b', 'x-scope-orgid': 'me' });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(byteLength).toBe(Buffer.byteLength(json));
  });

  it('compresses nothing more once the receiver has refused it', async () => {
    keepMany(dataDir, 1, 3);
    await receive([answer(415, { code: 3, message: 'no gzip' }, { 'accept-encoding': 'identity' })]);
    expect(await replay('--in-flight', '1', '--batch-bytes', '1')).toMatchObject({ code: 0, complaints: [] });
    // A Tailgate does not warn of it.
    expect(receiver.requests[0]?.headers['user-agent']).toBe('tailgate-replay');
    const encodings = receiver.requests.map(({ headers }) => headers['content-encoding']);
    expect(encodings).toEqual(['gzip', undefined, undefined, undefined]);
    expect(receiver.acceptedTraceIds()).toHaveLength(3);
  });

  it.each([
    ['names no encoding', {}],
    ['takes gzip', { 'accept-encoding': 'gzip' }],
  ])('stops at a 415 that %s: compression is not what it minds', async (_, headers: Record<string, string>) => {
    keepMany(dataDir, 1, 1);
    await receive([answer(415, { message: 'only protobuf' }, headers)]);
    expect(await replay()).toMatchObject({ code: 1, complaints: [expect.stringContaining('HTTP 415: only protobuf')] });
    expect(receiver.requests).toHaveLength(1);
  });

  it('fills requests up to the bound, and sends a longer line alone', async () => {
    const large = { traceId: idOf(3), spans: [{ attributes: { text: 'x'.repeat(5000) } }] };
    keep(dataDir, 0, [{ traceId: idOf(1) }, { traceId: idOf(2) }, large, { traceId: idOf(4) }]);
    const lineBytes = linesOf([{ traceId: idOf(1) }]).indexOf(',"trace_id"') + 1;
    const twoLines = 2 * lineBytes - '{"resourceSpans":[]}'.length + 1;
    await replay('--batch-bytes', String(twoLines), '--in-flight', '1');
    expect(receiver.requests.map(({ json }) => json.length)).toEqual([twoLines, expect.any(Number), lineBytes]);
    expect(receiver.requests[1]?.json.length).toBeGreaterThan(5000);
    await receive();
    await replay('--batch-bytes', String(twoLines - 1), '--in-flight', '1');
    expect(receiver.requests).toHaveLength(4);
  });

  it('only counts in a dry run', async () => {
    keepMany(dataDir, 2, 3);
    const { code, out } = await run(['--dry-run', '--data', dataDir]);
    expect({ code, out }).toEqual({
      code: 0,
      out: ['would send: 6 traces, 6 spans, 0.0 MB', 'objects read: 2 of 2'],
    });
    expect((await replay('--dry-run')).code).toBe(0);
    expect(receiver.requests).toEqual([]);
  });

  it('keeps to a rate of spans per second', async () => {
    keepMany(dataDir, 1, 4);
    const { waits } = await replay('--batch-bytes', '1', '--in-flight', '1', '--rate', '2');
    // One span each, half a second after one another; the first one waits too.
    expect(waits).toEqual([500, 500, 500, 500]);
  });

  it('keeps to a rate over an archive that is smaller than a batch', async () => {
    keepMany(dataDir, 1, 40);
    const { waits } = await replay('--in-flight', '1', '--rate', '20');
    // 40 spans at 20 a second are two seconds, in requests of a tenth of a second.
    expect(waits).toEqual(Array(20).fill(100));
    expect(receiver.requests).toHaveLength(20);
    await receive();
    const spans = Array.from({ length: 7 }, (_, index) => ({ spanId: `${index + 1}`.padStart(16, '0'), name: 'work' }));
    keep(dataDir, 0, [{ traceId: idOf(1), spans }]);
    // A line is not cut.
    expect(await replay('--in-flight', '1', '--rate', '2')).toMatchObject({ waits: [3500] });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('what is selected', () => {
  it('are the hours from --from to --to', async () => {
    const hours = ['dt=2026-11-20/hour=23', 'dt=2026-11-21/hour=00', 'dt=2026-11-21/hour=01', 'dt=2026-11-22/hour=00'];
    for (const [index, hour] of hours.entries()) keep(dataDir, index, [{ traceId: idOf(index) }], hour);
    const sent = async (...options: string[]) => {
      await receive();
      const { code } = await replay(...options);
      expect(code).toBe(0);
      return receiver.acceptedTraceIds();
    };
    expect(await sent('--from', '2026-11-21')).toEqual([1, 2, 3].map(idOf));
    // The traces did not begin in these hours by their own clocks: the hour counts as a whole, unless it begins at the end.
    expect(await sent('--from', '2026-11-21T00:59', '--to', '2026-11-21T01')).toEqual([idOf(1)]);
    expect(await sent('--to', '2026-11-21T01:01')).toEqual([0, 1, 2].map(idOf));
    expect(await sent('--from=-99999h', '--to', '2026-11-21')).toEqual([idOf(0)]);
  });

  it.each([
    ['2a', idOf(42).slice(0, -2)],
    ['in upper case', idOf(42).toUpperCase().slice(0, -2)],
    ['a traceparent', `00-${idOf(42).slice(0, -4)}`],
  ])('is not what is no trace ID (%s)', async (_, text) => {
    keepMany(dataDir, 1, 1);
    const { code, complaints } = await replay('--trace', text);
    expect({ code, complaint: complaints[0] }).toMatchObject({
      code: 2,
      complaint: expect.stringContaining(`--trace is "${text}": expected a trace ID: 32 hex digits, a traceparent`),
    });
  });

  it.each([
    ['hex', idOf(42)],
    ['upper case', idOf(0xabcdef).toUpperCase()],
    ['a traceparent', `00-${idOf(42)}-00f067aa0ba902b7-01`],
    ['a UUID', '00000000-0000-0000-0000-00000000002a'],
    ['an X-Ray ID', `1-00000000-${idOf(42).slice(8)}`],
  ])('is a trace by its ID: %s', async (_, text) => {
    keep(dataDir, 0, [{ traceId: idOf(41) }, { traceId: idOf(42) }, { traceId: idOf(0xabcdef) }]);
    expect(await replay('--trace', text)).toMatchObject({ code: 0, complaints: [] });
    expect(receiver.acceptedTraceIds()).toEqual([text.includes('CDEF') ? idOf(0xabcdef) : idOf(42)]);
  });

  it('are all lines of a trace, in whichever objects', async () => {
    keep(dataDir, 0, [{ traceId: idOf(7) }, { traceId: idOf(8) }]);
    keep(dataDir, 1, [{ traceId: idOf(7), spans: [{ spanId: '00000000000000ff', name: 'late' }], seq: 1 }]);
    const { code, out } = await replay('--trace', idOf(7));
    expect({ code, line: out[0] }).toEqual({ code: 0, line: 'sent: 1 trace in 2 lines, 2 spans, 0.0 MB' });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(7)]);
    expect(receiver.requests[0]?.json).toContain('"late"');
  });

  it('began from --from up to before --to, by the start that their lines have', async () => {
    const at = (minute: number) => Date.UTC(2026, 10, 21, 10, minute);
    const began = (index: number, minute: number) => ({
      traceId: idOf(index),
      spans: [{ name: 'work', startTimeUnixNano: BigInt(at(minute)) * 1_000_000n }],
    });
    keep(dataDir, 0, [began(1, 10), began(2, 20), began(3, 50)]);
    // Late spans are sent with their trace: their line has its start.
    keep(dataDir, 1, [{ ...began(2, 20), seq: 1 }]);
    const sent = async (...options: string[]) => {
      await receive();
      const { code, complaints } = await replay(...options);
      return { code, complaints, ids: [...new Set(receiver.acceptedTraceIds())] };
    };
    expect((await sent('--from', '2026-11-21T10:15', '--to', '2026-11-21T10:50')).ids).toEqual([idOf(2)]);
    expect((await sent('--from', '2026-11-21T10:20')).ids).toEqual([2, 3].map(idOf));
    expect((await sent('--to', '2026-11-21T10:20')).ids).toEqual([idOf(1)]);
    expect((await sent('--from', '2026-11-21T10:20:01', '--to', '2026-11-21T10:49:59')).ids).toEqual([]);
    const { code, complaints } = await sent('--from', '2026-11-21T10:15', '--trace', idOf(1), '--trace', idOf(3));
    expect({ code, complaints }).toEqual({ code: 1, complaints: [`not among these traces: ${idOf(1)}`] });
    const where = await sent('--from', '2026-11-21T10:15', '--where', "root_name = 'work'");
    expect(where.ids).toEqual([2, 3].map(idOf));
  });

  it('are the trace IDs of a file, as query prints them', async () => {
    keepMany(dataDir, 1, 9);
    const file = join(dataDir, 'ids');
    writeFileSync(file, `trace_id\n${idOf(3)}\r\n\n00-${idOf(5)}-00f067aa0ba902b7-01\n`);
    expect(await replay('--trace-file', file, '--trace', idOf(9))).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual([3, 5, 9].map(idOf));
    writeFileSync(file, `${idOf(3)}\nnone\n`);
    const { code, complaints } = await replay('--trace-file', file);
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [expect.stringContaining(`error: --trace-file ${file}, line 2 is "none": expected a trace ID`)],
    });
    writeFileSync(file, '\n');
    expect((await replay('--trace-file', file)).complaints).toEqual([
      `error: --trace-file ${file}: there is no trace ID in it`,
    ]);
  });

  it('says which traces that were named are not there', async () => {
    keepMany(dataDir, 1, 2);
    const { code, complaints } = await replay('--trace', idOf(2), '--trace', idOf(3));
    expect({ code, complaints }).toEqual({ code: 1, complaints: [`not among these traces: ${idOf(3)}`] });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(2)]);
  });

  it('is what a condition on the view traces holds for', async () => {
    keep(dataDir, 0, [{ traceId: idOf(1) }, { traceId: idOf(2), spans: [{ status: 'ERROR' }] }]);
    keep(dataDir, 1, [{ traceId: idOf(3), spans: [{ status: 'ERROR' }] }], 'dt=2026-11-21/hour=11');
    expect(await replay('--where', "status = 'ERROR' -- or not")).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual([2, 3].map(idOf));
    await receive();
    expect(await replay('--where', "status = 'ERROR'", '--from', '2026-11-21T11')).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(3)]);
    await receive();
    expect(await replay('--where', "status = 'ERROR'", '--trace', idOf(1), '--trace', idOf(2))).toMatchObject({
      code: 0,
    });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(2)]);
  });

  it.each([
    ["status = 'NEVER'", /^error: --where: no trace matches status = 'NEVER'$/],
    ['stats = 1', /^error: --where: .*"stats" not found/s],
    ['true); DROP VIEW traces; --', /^error: --where: /],
  ])('is nothing when the condition is %j', async (where, message) => {
    keepMany(dataDir, 1, 1);
    const { code, complaints } = await replay('--where', where);
    expect({ code, complaints }).toEqual({ code: 1, complaints: [expect.stringMatching(message)] });
    expect(receiver.requests).toEqual([]);
  });

  it('is not what is written while it runs, so that a replay into the same archive ends', async () => {
    const first = keep(dataDir, 0, [{ traceId: idOf(1) }]);
    const keepMore: Behaviour = (response) => {
      const index = receiver.requests.length;
      const key = keep(dataDir, index, [{ traceId: idOf(index + 1) }]);
      const soon = new Date(Date.now() + 600_000);
      utimesSync(join(dataDir, 'archive', key), soon, soon);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
    await receive(Array<Behaviour>(50).fill(keepMore));
    expect(first).toBe(objectKey(0));
    expect(await replay('--batch-bytes', '1')).toMatchObject({ code: 0 });
    expect(receiver.requests).toHaveLength(1);
    const { out } = await replay();
    expect(out).toContain('written after the replay began, and not part of it: 1 object');
  });
});

describe('what is no trace', () => {
  it('is named and counted, and the rest is sent', async () => {
    keep(dataDir, 0, [{ traceId: idOf(1) }]);
    const whole = gzipSync(linesOf([{ traceId: idOf(2) }, { traceId: idOf(3) }]));
    const cut = objectKey(1).replace('traces/', '');
    // Enough is there for the first line, whose random text does not compress.
    writeFile(dataDir, cut, whole.subarray(0, whole.length - 30));
    writeFile(dataDir, objectKey(2).replace('traces/', ''), 'not gzip at all');
    const line = linesOf([{ traceId: idOf(4) }]).toString();
    const lines = [
      line,
      '{"resourceSpans":[{]}\n',
      '{"resourceSpans":[]}\n',
      '\n',
      '[]\n',
      line.replace('{"scope', '{{"scope'),
    ];
    writeFile(dataDir, objectKey(3).replace('traces/', ''), gzipSync(lines.join('')));
    writeFile(dataDir, 'dt=2026-11-21/hour=10/notes.txt', 'hello');
    writeFile(dataDir, 'dt=2026-11-21/hour=10/.hidden', 'hello');
    writeFile(dataDir, 'dt=2026-11-21/hour=10/traces_empty.jsonl.gz', gzipSync(''));
    writeFile(dataDir, 'elsewhere/file', 'hello');
    keep(dataDir, 9, [{ traceId: idOf(5) }]);
    const { code, out, complaints } = await replay();
    expect(code).toBe(1);
    expect(out).toContain('unreadable: 7');
    expect(complaints).toEqual([
      'traces/dt=2026-11-21/hour=10/notes.txt: is not a whole gzip: incorrect header check',
      `${objectKey(1)}: is not a whole gzip: unexpected end of file`,
      `${objectKey(2)}: is not a whole gzip: incorrect header check`,
      `${objectKey(3)}, line 2: is not a line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}`,
      `${objectKey(3)}, line 3: is not a line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}`,
      `${objectKey(3)}, line 5: is not a line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}`,
      expect.stringMatching(new RegExp(`^${objectKey(3)}, line 6: is not JSON: `)),
    ]);
    const sent = receiver.acceptedTraceIds();
    for (const id of [1, 4, 5]) expect(sent).toContain(idOf(id));
  });

  it('may be a line that would not fit into memory', { timeout: 60_000 }, async () => {
    const endless = Buffer.alloc(65 * 1024 * 1024, 'x');
    writeFile(dataDir, objectKey(0).replace('traces/', ''), gzipSync(endless, { level: 1 }));
    keep(dataDir, 1, [{ traceId: idOf(1) }]);
    const { code, complaints } = await replay();
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [`${objectKey(0)}: has a line of more than 67108864 bytes`],
    });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(1)]);
  });

  it('are bytes that are no UTF-8, which no receiver could read', async () => {
    const bytes = linesOf([{ traceId: idOf(1), spans: [{ name: 'GET #' }] }, { traceId: idOf(2) }]);
    bytes[bytes.indexOf('GET #') + 4] = 0xff;
    writeFile(dataDir, objectKey(0).replace('traces/', ''), gzipSync(bytes));
    const { code, complaints } = await replay();
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [expect.stringMatching(/line 1: is not JSON: .*not valid/)],
    });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(2)]);
  });
});

describe('what a person gets wrong', () => {
  it.each([
    [[], '--endpoint is missing: the receiver, such as http://host:4318'],
    [['--endpoint', 'localhost:4318'], 'did you mean http://localhost:4318?'],
    [
      ['--endpoint', 'http://me:secret@host'],
      "--endpoint: the URL has a user name or a password in it: send them as --header 'Authorization=Basic …'",
    ],
    [['--to', 'http://host:4318'], 'a receiver is given with --endpoint'],
    [['--since', '-6h'], 'unknown option --since: it is called --from now'],
    [['--until=-6h'], 'unknown option --until: it is called --to now'],
    [['--stack', 'a', '--bucket', 'b'], 'expected one of --data, --stack, --bucket, got --stack and --bucket'],
    [['--stack', 'a'], '--from is missing: a bucket may hold years'],
    [
      ['--bucket', 'a', '--where', 'true'],
      '--where asks the local archive, or the Athena of a stack; of a bucket, give trace IDs',
    ],
    [['--tenant', 'A/B'], '--tenant is "A/B": expected lower-case letters'],
    [['--compression', 'zstd'], '--compression is "zstd": expected gzip or none'],
    [['--batch-bytes', '1e6'], '--batch-bytes is "1e6": expected a whole number from 1 to 67,108,864'],
    [['--in-flight', '0'], '--in-flight is "0": expected a whole number from 1 to 100'],
    [['--rate', 'fast'], '--rate is "fast": expected a whole number'],
    [['--header', 'secret'], '--header: expected NAME=VALUE, such as x-api-key=…'],
    [['--header', 'Content-Type=text/plain'], '--header: Content-Type is set by replay itself'],
    [['--dry-run', '--resume', 'file'], '--dry-run sends nothing: it has no position to --resume'],
    [['--frm', 'x'], 'unknown option --frm; did you mean "--from"?'],
    [['http://host'], 'unexpected argument "http://host"'],
    [['--from', 'yesterday'], '--from is "yesterday": expected 2026-11-21, 2026-11-21T07'],
    [['--where', ''], '--where is empty: expected SQL'],
    [['--trace', '2a'], '--trace is "2a": expected a trace ID: 32 hex digits, a traceparent'],
  ])('%j', async (options, message) => {
    const { code, complaints } = await run(options);
    expect(code).toBe(2);
    expect(complaints.join('\n')).toContain(message);
    expect(complaints.join('\n')).not.toContain('secret');
    expect(complaints.at(-1)).toBe('tailgate replay --help shows what it takes');
  });

  it('is said all at once', async () => {
    const { complaints } = await run(['--endpoint', 'host', '--rate', '0', '--stack', 's']);
    expect(complaints.map((line) => line.slice(0, 20))).toEqual([
      'error: --endpoint: e',
      'error: --rate is "0"',
      'error: --from is mis',
      'tailgate replay --he',
    ]);
  });

  it.each([
    [
      ['--from', '2026-11-21', '--to', '2026-11-21'],
      2,
      'error: --from must be before --to, got 2026-11-21 and 2026-11-21',
    ],
    [['--from', '2030-01-01'], 2, 'error: --from must be before --to, got 2030-01-01 and now'],
    [['--to', '2020-01-01'], 1, 'error: there are no kept traces filed under the hours from the first to 2020-01-01'],
    [['--tenant', 'shop'], 1, 'error: there are no kept traces of tenant shop'],
  ])('in its window: %j', async (options, expected, message) => {
    keepMany(dataDir, 1, 1);
    const { code, complaints } = await replay(...options);
    expect({ code, complaint: complaints[0] }).toEqual({ code: expected, complaint: expect.stringContaining(message) });
    expect(receiver.requests).toEqual([]);
  });

  it('is the folder', async () => {
    const { code, complaints } = await run(['--endpoint', receiver.url, '--data', join(dataDir, 'none')]);
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [expect.stringContaining(`no data folder at ${join(dataDir, 'none')}: start Tailgate first`)],
    });
    expect(await replay()).toMatchObject({
      code: 1,
      complaints: ['error: there are no kept traces (traces/ has none)'],
    });
  });

  it('is a tenant that was forgotten', async () => {
    keep(dataDir, 0, [{ traceId: idOf(1) }], 'tenant=shop/dt=2026-11-21/hour=10');
    expect((await replay()).complaints).toEqual([
      'error: there are no kept traces (traces/ has none); tenants are kept apart here, --tenant is one of shop',
    ]);
    expect(await replay('--tenant', 'shop')).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(1)]);
  });
});

it('reads an archive that no pipeline wrote here: mkdir, cp', async () => {
  const folder = join(dataDir, 'archive', 'traces', 'dt=2026-11-21', 'hour=10');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'copied.jsonl.gz'), gzipSync(linesOf(idsOf(1, 3).map((traceId) => ({ traceId })))));
  expect(
    gunzipSync(readFileSync(join(folder, 'copied.jsonl.gz')))
      .toString()
      .split('\n'),
  ).toHaveLength(4);
  expect(await replay()).toMatchObject({ code: 0 });
  expect(receiver.acceptedTraceIds()).toEqual(idsOf(1, 3));
});
