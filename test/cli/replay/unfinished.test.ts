import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { newDataFolder } from '../query/support/archive-folder.ts';
import { idOf, keep } from './support/kept-traces.ts';
import { run } from './support/run.ts';

let dataDir: string;
let receiver: OtlpReceiver;

beforeEach(async () => {
  dataDir = newDataFolder();
  receiver = await startOtlpReceiver([]);
  onTestFinished(() => receiver.stop());
});

const job = { spanId: '00000000000000a1', name: 'job', kind: 1, startMs: 5 };
const started = { ...job, endTimeUnixNano: 0n };
const ended = { ...job, endMs: 9, status: 'ERROR' as const };
/** Numbers and texts that are not the same any more once they were numbers of JavaScript, or written in another way. */
const other = { spanId: '00000000000000a2', attributes: { n: 9007199254740993n, d: -0, e: 1e21, t: '\u2028"\\ü😀' } };

async function replay() {
  const { code, out, complaints } = await run(['--endpoint', receiver.url, '--data', dataDir, '--in-flight', '1']);
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  return out;
}

interface SpanJson {
  readonly spanId: string;
  readonly endTimeUnixNano?: string;
}

/** Every span that was received. */
function sent(): SpanJson[] {
  return receiver.requests.flatMap(({ json }) =>
    JSON.parse(json).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: SpanJson[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  );
}

it('sends a span whose end came on a later line as it ended, and nothing else of it', async () => {
  keep(dataDir, 0, [{ traceId: idOf(1), spans: [started, other] }]);
  keep(dataDir, 1, [{ traceId: idOf(1), spans: [ended], seq: 1 }]);
  expect(await replay()).toEqual(['sent: 1 trace in 2 lines, 2 spans, 0.0 MB', 'objects read: 2 of 2']);
  expect(sent().map(({ spanId, endTimeUnixNano }) => [spanId, endTimeUnixNano !== undefined])).toEqual([
    [other.spanId, true],
    [job.spanId, true],
  ]);
  // What is left of the line is as it was.
  expect(receiver.requests[0]?.json).toMatch(/"doubleValue":-0(\.0)?}/);
  expect(JSON.stringify(sent()[0])).toContain('"9007199254740993"');
});

it('sends nothing of a line that has no other span', async () => {
  keep(dataDir, 0, [{ traceId: idOf(1), spans: [started] }, { traceId: idOf(2) }]);
  keep(dataDir, 1, [{ traceId: idOf(1), spans: [ended], seq: 1 }]);
  await replay();
  expect(sent()).toHaveLength(2);
});

it.each([
  { when: 'it does not end', late: { ...started, attributes: { progress: 1n } } },
  { when: 'what ends is another span', late: { ...ended, name: 'other' } },
])('sends an unfinished span when $when', async ({ late }) => {
  keep(dataDir, 0, [{ traceId: idOf(1), spans: [started] }]);
  keep(dataDir, 1, [
    { traceId: idOf(1), spans: [late], seq: 1 },
    { traceId: idOf(2), spans: [ended], seq: 1 },
  ]);
  await replay();
  expect(sent()).toHaveLength(3);
});
