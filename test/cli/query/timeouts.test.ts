import { describe, expect, it } from 'vitest';
import { dataFolderWith, line } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const BEGIN = Date.UTC(2026, 8, 15, 7, 12, 33) * 1000;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Fields {
  readonly kind?: number;
  readonly service?: string;
  readonly fails?: true;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A span from and to a number of milliseconds; null: it has no end. */
function span(id: number, parent: number, name: string, from: number, to: number | null, fields: Fields = {}) {
  const { kind = 3, service = 'shop', fails, attributes = {} } = fields;
  const hex = (n: number) => n.toString(16).padStart(16, '0');
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        spans: [
          {
            traceId: TRACE,
            spanId: hex(id),
            ...(parent > 0 && { parentSpanId: hex(parent) }),
            name,
            kind,
            startTimeUnixNano: `${BEGIN + from * 1000}000`,
            ...(to !== null && { endTimeUnixNano: `${BEGIN + to * 1000}000` }),
            ...(fails && { status: { code: 2 } }),
            attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
          },
        ],
      },
    ],
  };
}

const fails = true;

/** Of each finding what is asked for. */
async function find(spans: readonly object[], columns: readonly string[], ...argv: string[]) {
  const args = ['timeouts', '--data', dataFolderWith([line(spans)]), '--from', '2026-09-15T07', '--json', ...argv];
  const { code, out, complaints } = await ask(args);
  expect(code, complaints.join('\n')).toBe(0);
  const rows = out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));
  return rows.map((row) => columns.map((name) => row[name]));
}

describe('timeouts', () => {
  const COLUMNS = ['finding', 'name', 'peer', 'timeout_ms', 'child_went_on'];

  it('has the innermost of the spans that end together, and on what it waited', async () => {
    const spans = [
      span(1, 0, 'GET /', 0, 5030, { kind: 2, fails }),
      span(2, 1, 'load', 1, 5020, { kind: 1, fails }),
      span(3, 2, 'GET', 2, 5004, { fails, attributes: { 'server.address': 'stock.internal' } }),
      span(4, 3, 'stock', 5, 9000, { kind: 2, service: 'stock' }),
    ];
    expect(await find(spans, COLUMNS)).toEqual([['timeout', 'GET', 'stock', 5000, 1]]);
    // Without the spans of the server.
    expect(await find(spans.slice(0, 3), COLUMNS)).toEqual([['timeout', 'GET', 'stock.internal', 5000, 0]]);
    expect(await find(spans, COLUMNS, '--service', 'stock')).toEqual([]);
    expect(await find(spans, COLUMNS, '--tolerance', '1ms')).toEqual([]);
  });

  it.each([
    { what: 'failed and took no round time', children: [span(3, 1, 'GET', 0, 5500, { fails })] },
    { what: 'took a round time, and nothing failed or went on', children: [span(3, 1, 'GET', 0, 5000)] },
    {
      what: 'has a consumer that goes on',
      children: [span(3, 1, 'send', 0, 1000, { kind: 4 }), span(4, 3, 'take', 500, 3000, { kind: 5 })],
    },
    {
      what: 'has a child that began after it',
      children: [span(3, 1, 'GET', 0, 1000), span(4, 3, 'after', 1001, 3000, { kind: 2 })],
    },
    {
      what: 'has a child whose clock is a little ahead',
      children: [span(3, 1, 'GET', 0, 1000), span(4, 3, 'do', 10, 1040, { kind: 2 })],
    },
  ])('leaves out what $what', async ({ children }) => {
    expect(await find([span(1, 0, 'GET /', 0, 7500, { kind: 2 }), ...children], COLUMNS)).toEqual([]);
  });

  it.each([
    { attributes: { 'server.address': 'a', 'peer.service': 'b' }, peer: 'a' },
    { attributes: { 'net.peer.name': 'a' }, peer: 'a' },
    { attributes: { 'peer.service': 'b' }, peer: 'b' },
    { attributes: { 'http.url': 'http://c:80/d' }, peer: 'c:80' },
    { attributes: { 'url.full': '/d' }, peer: null },
    { attributes: {}, peer: null },
  ])('takes the peer from $attributes', async ({ attributes, peer }) => {
    expect(await find([span(1, 0, 'GET', 0, 3000, { fails, attributes })], ['peer', 'timeout_ms'])).toEqual([
      [peer, 3000],
    ]);
  });
});

describe('retries', () => {
  const COLUMNS = ['finding', 'name', 'peer', 'times', 'recovered', 'most_in_a_row'];
  const a = { 'server.address': 'a' };
  const root = span(1, 0, 'GET /', 0, 100, { kind: 2 });

  it('are calls of one peer in a row, each after one that failed', async () => {
    const spans = [
      span(2, 1, 'GET', 0, 10, { fails, attributes: a }),
      span(3, 1, 'GET', 10, 20, { fails, attributes: a }),
      span(4, 1, 'GET', 30, 40, { attributes: a }),
      span(5, 1, 'GET', 50, 60, { attributes: a }),
    ];
    expect(await find([root, ...spans], COLUMNS)).toEqual([['retry', 'GET', 'a', 2, 1, 2]]);
    // What came in another order, and below a parent that is missing.
    expect(await find(spans.toReversed(), COLUMNS)).toEqual([['retry', 'GET', 'a', 2, 1, 2]]);
  });

  it.each([
    { what: 'run side by side', second: span(3, 1, 'GET', 9, 20, { attributes: a }) },
    { what: 'ask another peer', second: span(3, 1, 'GET', 10, 20, { attributes: { 'server.address': 'b' } }) },
    { what: 'have another name', second: span(3, 1, 'POST', 10, 20, { attributes: a }) },
    { what: 'have another parent', second: span(3, 9, 'GET', 10, 20, { attributes: a }) },
    { what: 'are one span that was sent twice', second: span(2, 1, 'GET', 0, 0, { fails, attributes: a }) },
  ])('are none where the calls $what', async ({ second }) => {
    const first = span(2, 1, 'GET', 0, second.scopeSpans[0]?.spans[0]?.spanId.endsWith('2') ? 0 : 10, {
      fails,
      attributes: a,
    });
    expect(await find([root, first, second], COLUMNS)).toEqual([]);
  });

  it('are found where a span was also sent before it had ended', async () => {
    const spans = [
      span(2, 1, 'GET', 0, null, { attributes: a }),
      span(2, 1, 'GET', 0, 10, { fails, attributes: a }),
      span(3, 1, 'GET', 20, null, { attributes: a }),
      span(3, 1, 'GET', 20, 30, { attributes: a }),
    ];
    expect(await find([root, ...spans], COLUMNS)).toEqual([['retry', 'GET', 'a', 1, 1, 1]]);
  });
});
