import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../lib/archive/line.ts';
import { encodeRequest, exportRequests } from '../support/otlp-arbitraries.ts';
import { archive } from './archive.ts';
import { bareRequest, INVALID_UTF8, ODD_SPANS, requestOf } from './odd-requests.ts';
import { type Answer, READERS, readLines } from './readers.ts';
import { spansSaid } from './spans-said.ts';

const RANDOM_REQUESTS = 200;
const SEED = 20261125;

describe.each(READERS.filter((reader) => reader.missing() === undefined))('$name', (reader) => {
  let program: ReturnType<typeof reader.prepare>;
  beforeAll(() => {
    program = reader.prepare();
  });
  afterAll(() => program.remove());

  const read = async (lines: readonly string[]) => (await readLines(program, lines)).map(tracesDataOf);

  it.each(Object.entries(ODD_SPANS))('reads what was sent: %s', async (_, span) => {
    const request = requestOf([span]);
    const lines = await archive([request]);
    expect(lines).toHaveLength(1);
    expect(spansSaid(await read(lines))).toEqual(spansSaid([request]));
  });

  it('reads what was sent: an empty span, resource and scope', async () => {
    const request = bareRequest();
    expect(spansSaid(await read(await archive([request])))).toEqual(spansSaid([request]));
  });

  it('reads what was sent: random requests', async () => {
    const requests = fc
      .sample(exportRequests({ unknownFields: true }), { numRuns: RANDOM_REQUESTS, seed: SEED })
      .map(encodeRequest);
    const archived = await Promise.all(requests.map((request) => archive([request])));
    const answers = await read(archived.flat());
    expect(answers.length).toBeGreaterThan(RANDOM_REQUESTS);
    for (const [i, request] of requests.entries()) {
      const own = answers.splice(0, archived[i]?.length);
      expect(byTrace(spansSaid(own)), `request ${i}`).toEqual(byTrace(spansSaid([request])));
    }
  });

  it('reads a large trace from its lines', async () => {
    const text = 'y'.repeat(60_000);
    const spans = Array.from({ length: 180 }, () => ({ attributes: [{ key: 'k', value: { stringValue: text } }] }));
    const requests = [requestOf(spans.slice(0, 90)), requestOf(spans.slice(90).map((s, i) => ({ ...s, kind: i + 1 })))];
    const lines = await archive(requests);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES);
    expect(spansSaid(await read(lines))).toEqual(spansSaid(requests));
  });

  it('reads late spans, and none of them twice', async () => {
    const first = requestOf([{ name: 'in time' }]);
    const late = requestOf([{ name: 'late', status: { code: 2, message: 'late' } }]);
    const lines = await archive([first, first], { late: [late, first] });
    expect(lines).toHaveLength(2);
    expect(spansSaid(await read(lines))).toEqual(spansSaid([first, late]));
  });

  it('reads the threshold that the decision has set', async () => {
    const withState = (traceState: string) => requestOf([{ traceState, name: 'GET /' }]);
    const lines = await archive([withState('rojo=1,ot=rv:ffffffffffffff')], {
      yaml: 'policies: [{ name: half, type: probabilistic, probabilistic: { sampling_percentage: 50, use_tracestate: true } }]',
    });
    expect(spansSaid(await read(lines))).toEqual(spansSaid([withState('ot=rv:ffffffffffffff;th:8,rojo=1')]));
  });

  it.each(INVALID_UTF8.map((bytes) => [Buffer.from(bytes).toString('hex'), bytes] as const))(
    'reads U+FFFD for what is not UTF-8: %s',
    async (_, bytes) => {
      const request = requestOf([{ name: '????', attributes: [{ key: '????', value: { stringValue: 'a????b' } }] }]);
      const found = Buffer.from(request);
      for (let at = found.indexOf('????'); at >= 0; at = found.indexOf('????')) found.set(bytes, at);
      // By the Encoding standard.
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
      const tail = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from([...bytes, 0x62]));
      const repaired = requestOf([{ name: text, attributes: [{ key: text, value: { stringValue: `a${tail}` } }] }]);
      expect(spansSaid(await read(await archive([new Uint8Array(found)])))).toEqual(spansSaid([repaired]));
    },
  );

  it('refuses what is not OTLP', async () => {
    const [line = ''] = await archive([requestOf([{}])]);
    const wrong = [
      line.slice(0, -100),
      line.replace('"name":"test"', '"name":1'),
      line.replace('"spans":[', '"spans":7,"s":['),
    ];
    for (const answer of await readLines(program, wrong)) expect(answer).toHaveProperty('error');
  });
});

function tracesDataOf(answer: Answer): Uint8Array {
  if ('error' in answer) throw new Error(`the line is refused: ${answer.error}`);
  return answer.tracesData;
}

/** Requests may mix traces; the archive has one after the other. */
function byTrace(spans: ReturnType<typeof spansSaid>) {
  return [...Map.groupBy(spans, ({ traceId }) => traceId)].toSorted(([a], [b]) => a.localeCompare(b));
}
