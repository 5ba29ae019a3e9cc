import { describe, expect, it } from 'vitest';
import { dataFolderWith, line } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const BEGIN = Date.UTC(2026, 8, 15, 7, 12, 33) * 1000;

interface Fields {
  readonly kind?: number;
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A span from and to a number of microseconds. */
function span(id: number, parent: number, service: string, name: string, from: number, to: number, rest: Fields = {}) {
  const hex = (n: number) => n.toString(16).padStart(16, '0');
  const { kind = 2, error, attributes = {} } = rest;
  return {
    service,
    fields: {
      spanId: hex(id),
      ...(parent > 0 && { parentSpanId: hex(parent) }),
      name,
      kind,
      startTimeUnixNano: `${BEGIN + from}000`,
      endTimeUnixNano: `${BEGIN + to}000`,
      ...(error !== undefined && { status: { code: 2, ...(error !== '' && { message: error }) } }),
      attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    },
  };
}

function trace(id: string, spans: readonly ReturnType<typeof span>[]): object {
  const traceId = id.padStart(32, '0');
  return line(
    spans.map(({ service, fields }) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ spans: [{ traceId, ...fields }] }],
    })),
    { trace_id: traceId },
  );
}

const LINES = [
  // The server ends 16 µs after its client: it explains the error all the same.
  trace('a1', [
    span(1, 0, 'api-gateway', 'POST /orders', 0, 3_000_000, { error: '', attributes: { 'order.id': 'abc123' } }),
    span(2, 1, 'api-gateway', 'call payment', 10, 2_900_000, { kind: 3, error: 'status 500' }),
    span(3, 2, 'payment-service', 'charge', 20, 2_900_016, { error: 'card declined' }),
  ]),
  // It failed below a span that did not; the deepest says nothing.
  trace('a2', [
    span(1, 0, 'api-gateway', 'POST /orders', 0, 500_000, { error: 'order failed' }),
    span(2, 1, 'order-service', 'process_order', 10, 400_000),
    span(3, 2, 'inventory', 'reserve', 20, 390_000, { error: '' }),
  ]),
  // Of two equally deep ones the first that says something.
  trace('a3', [
    span(1, 0, 'order-service', 'process_order', 0, 2_500_000),
    span(2, 1, 'payment-service', 'charge', 10, 1_000, { error: '' }),
    span(3, 1, 'payment-service', 'charge', 20, 3_000, { error: 'second try: card declined' }),
    span(4, 1, 'payment-service', 'charge', 30, 4_000, { error: 'third try: card declined' }),
  ]),
];

async function rows(...argv: string[]): Promise<Record<string, unknown>[]> {
  return rowsOf(LINES, ...argv);
}

async function rowsOf(lines: readonly object[], ...argv: string[]): Promise<Record<string, unknown>[]> {
  const args = ['--data', dataFolderWith(lines), '--from', '2026-09-15T07', '--json'];
  const { code, out, complaints } = await ask([...argv, ...args]);
  expect(code, complaints.join('\n')).toBe(0);
  return out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));
}

const short = (id: unknown) => String(id).replace(/^0+/, '');

describe('errors', () => {
  it('takes a span that is its own parent for one without a parent, as the waterfall does', async () => {
    const lines = [
      trace('a4', [
        span(1, 1, 'cron', 'its own parent', 0, 100, { error: 'own' }),
        span(2, 0, 'gateway', 'root', 0, 900, { error: '' }),
        span(3, 2, 'payment', 'charge', 10, 800, { error: 'card declined' }),
      ]),
    ];
    expect(await rowsOf(lines, 'errors')).toMatchObject([{ name: 'charge', message: 'card declined' }]);
  });

  it('names the deepest failing span, and what was said about it', async () => {
    const found = (await rows('errors')).map((row) => [
      short(row['trace_id']),
      row['service'],
      short(row['span_id']),
      row['message'],
      row['error_spans'],
    ]);
    expect(found.sort()).toEqual([
      ['a1', 'payment-service', '3', 'card declined', 3],
      ['a2', 'inventory', '3', 'order failed', 2],
      ['a3', 'payment-service', '3', 'second try: card declined', 3],
    ]);
  });

  it('finds the failing spans of a service wherever they stand', async () => {
    const found = (await rows('errors', '--service', 'api-gateway')).map((row) => [
      short(row['trace_id']),
      row['name'],
      row['message'],
      row['error_spans'],
    ]);
    expect(found.sort()).toEqual([
      ['a1', 'call payment', 'status 500', 3],
      ['a2', 'POST /orders', 'order failed', 2],
    ]);
    expect(await rows('errors', '--service', 'order-service')).toEqual([]);
  });
});

describe('spans', () => {
  it.each([
    { asked: '--service order-service --operation process_order --min-duration 2s', found: ['a3/1'] },
    { asked: '--service payment-service --status error', found: ['a1/3', 'a3/2', 'a3/3', 'a3/4'] },
    { asked: '--service api-gateway --attribute order.id=abc123', found: ['a1/1'] },
    { asked: '--attribute service.name=inventory', found: ['a2/3'] },
    { asked: '--attribute order.id=abc', found: [] },
    { asked: '--kind client', found: ['a1/2'] },
    { asked: '--min-duration 400ms --max-duration 0.5s', found: ['a2/1'] },
    { asked: '--max-duration 990us', found: ['a3/2'] },
  ])('answers $asked', async ({ asked, found }) => {
    const spans = await rows('spans', ...asked.split(' '));
    expect(spans.map((row) => `${short(row['trace_id'])}/${short(row['span_id'])}`).sort()).toEqual(found);
  });

  it('come with their message, latest first', async () => {
    const [first] = await rows('spans', '--status', 'error');
    expect(first).toMatchObject({ kind: 'SERVER', status: 'ERROR', message: 'third try: card declined' });
  });
});

describe('by-attribute', () => {
  it('takes a service', async () => {
    const found = (await rows('by-attribute', '--key', 'service.name', '--service', 'inventory')).map(
      ({ value }) => value,
    );
    expect(found).toEqual(['inventory']);
  });
});
