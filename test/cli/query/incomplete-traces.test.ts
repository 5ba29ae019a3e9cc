import { describe, expect, it } from 'vitest';
import { dataFolderWith, line } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

const BEGIN = Date.UTC(2026, 8, 15, 7, 12, 33);
const idOf = (id: number) => id.toString(16).padStart(16, '0');

interface Fields {
  readonly parent?: number;
  readonly kind?: number;
  readonly name?: string;
  readonly service?: string;
  readonly from?: number;
}

function span(id: number, { parent, kind = 1, name = `span ${id}`, service = 'shop', from = id }: Fields = {}) {
  const times = { startTimeUnixNano: `${BEGIN + from}000000`, endTimeUnixNano: `${BEGIN + from + 5}000000` };
  const fields = {
    spanId: idOf(id),
    name,
    kind,
    ...times,
    ...(parent !== undefined && { parentSpanId: idOf(parent) }),
  };
  return { service, fields };
}

const REMOTE = { name: 'GET /', kind: 2, service: 'gateway' };

function trace(
  number: number,
  spans: readonly ReturnType<typeof span>[],
  late: readonly ReturnType<typeof span>[] = [],
) {
  const traceId = number.toString(16).padStart(32, '0');
  const resourceSpans = (some: typeof spans) =>
    some.map(({ service, fields }) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ spans: [{ traceId, ...fields }] }],
    }));
  const lines = [line(resourceSpans(spans), { trace_id: traceId, sample_weight: 2 })];
  if (late.length > 0) lines.push(line(resourceSpans(late), { trace_id: traceId, sample_weight: 2, seq: 1 }));
  return lines;
}

async function gaps(lines: readonly object[], ...argv: string[]) {
  const args = ['incomplete-traces', '--data', dataFolderWith(lines), '--from', '2026-09-15T07', '--json'];
  const { code, out, complaints } = await ask([...args, ...argv]);
  expect(code, complaints.join('\n')).toBe(0);
  return out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));
}

describe('incomplete-traces', () => {
  it('tells a caller that never sends spans from spans that are lost now and then', async () => {
    const lines = [
      // All traces of the gateway come from a browser.
      ...[1, 2, 3].flatMap((number) =>
        trace(number, [span(1, { ...REMOTE, parent: 99 }), span(2, { parent: 1, kind: 2, name: 'add' })]),
      ),
      // Of one the client's span is missing.
      ...trace(4, [span(1, { ...REMOTE, parent: 99 }), span(2, { parent: 98, kind: 2, name: 'add' })]),
    ];
    expect(await gaps(lines)).toEqual([
      {
        problem: 'no root',
        service: 'gateway',
        name: 'GET /',
        kind: 'SERVER',
        traces: 4,
        estimated_traces: 8,
        share: 1,
        look_for: 'caller: sends a context but no spans (browser, gateway, proxy, not instrumented)',
        example_trace: '00000000000000000000000000000001',
        example_span_id: idOf(1),
        missing_span_id: idOf(99),
      },
      {
        problem: 'missing parent',
        service: 'shop',
        name: 'add',
        kind: 'SERVER',
        traces: 1,
        estimated_traces: 2,
        share: 0.25,
        look_for: 'caller: lost or late spans (exporter, crash)',
        example_trace: '00000000000000000000000000000004',
        example_span_id: idOf(2),
        missing_span_id: idOf(98),
      },
    ]);
    expect(await gaps(lines, '--service', 'shop')).toHaveLength(1);
  });

  it('counts a lost root once, however many spans it had below it', async () => {
    const lines = trace(1, [span(3, { parent: 1 }), span(2, { parent: 1 }), span(4, { parent: 3 })]);
    expect(await gaps(lines)).toMatchObject([
      {
        problem: 'no root',
        name: 'span 2',
        look_for: 'this service: does not export the span above (filtered, never ended)',
      },
    ]);
  });

  it('has the roots after the first', async () => {
    const roots = await gaps(trace(1, [span(2), span(1), span(3), span(4, { parent: 3 })]));
    expect(roots).toMatchObject([
      { problem: 'several roots', name: 'span 2', missing_span_id: null },
      { problem: 'several roots', name: 'span 3' },
    ]);
  });

  it('has a circle with nothing above it as a trace without a root, and not one beside a root', async () => {
    const circle = [span(2, { parent: 3 }), span(3, { parent: 2 })];
    expect(await gaps(trace(1, circle))).toMatchObject([
      { problem: 'no root', name: 'span 2', missing_span_id: idOf(3) },
    ]);
    expect(await gaps(trace(1, [span(1), ...circle]))).toEqual([]);
  });

  it.each([
    { what: 'whose parent came late', lines: trace(1, [span(1), span(3, { parent: 2 })], [span(2, { parent: 1 })]) },
    { what: 'with a root that is its own parent', lines: trace(1, [span(1, { parent: 1 }), span(2, { parent: 1 })]) },
    {
      what: 'of which a client and its server have one ID',
      lines: trace(1, [
        span(1),
        span(2, { parent: 1, kind: 3 }),
        span(2, { parent: 2, kind: 2 }),
        span(3, { parent: 2 }),
      ]),
    },
  ])('finds nothing in a trace $what', async ({ lines }) => {
    expect(await gaps(lines)).toEqual([]);
  });
});
