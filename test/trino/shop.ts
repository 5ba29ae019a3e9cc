import { type DataSpan, MS, text } from './dataset.ts';
import { TROUBLES } from './troubles.ts';

const TRACES = 60;

/** An ordinary shop, made by arithmetic, so that each run has the same: calls, errors, repeated queries, links. */
const ORDINARY: readonly DataSpan[][] = Array.from({ length: TRACES }, (_, trace) => {
  const at = (ms: number) => BigInt(Math.round((trace * 37 + ms) * 1000)) * 1000n;
  const span = (
    id: number,
    parent: number | undefined,
    from: number,
    to: number,
    rest: Partial<DataSpan>,
  ): DataSpan => ({
    trace,
    id,
    ...(parent !== undefined && { parent }),
    service: 'gateway',
    name: 'span',
    start: at(from),
    end: at(to),
    ...rest,
  });
  const fails = trace % 5 === 0;
  const slow = (trace % 7) * 130 + 40;
  const region = text('region', trace % 2 === 0 ? 'eu' : 'us');
  const sql = text('db.query.text', 'SELECT * FROM item WHERE id = ?');
  const repeats = trace % 6 === 0 ? 12 : 2;
  return [
    span(1, undefined, 0, slow + 60, { name: `GET /${trace % 3}`, kind: 2, attributes: [region] }),
    span(2, 1, 5, slow + 30, { name: 'call cart', kind: 3, ...(fails && { error: '' }) }),
    span(3, 2, 8, slow + 20, {
      service: 'cart',
      name: 'add',
      kind: 2,
      attributes: [text('http.request.method', 'POST'), text('version', fails ? 'v2' : 'v1')],
      ...(fails && { error: 'out of "stock"\n', exception: { type: 'OutOfStock', message: `item ${trace}` } }),
      ...(trace > 0 && trace % 4 === 0 && { links: [trace - 1, 999] }),
    }),
    ...Array.from({ length: repeats }, (_, n) =>
      span(10 + n, 3, 10 + n * 2, 11 + n * 3, {
        service: 'cart',
        name: 'query',
        kind: 3,
        attributes: [text('db.system.name', 'postgresql'), sql],
      }),
    ),
    span(4, 1, slow + 40, slow + 55, {
      service: 'mail',
      name: 'send',
      kind: 5,
      attributes: [{ key: 'n', value: { intValue: trace } }],
    }),
  ];
});

export const SHOP: readonly DataSpan[][] = [...ORDINARY, ...TROUBLES];

/** Spans that come when their trace is decided: of all traces, so of kept ones too. */
export const LATE: readonly DataSpan[][] = ORDINARY.filter((_, trace) => trace % 3 === 0).map((spans) => [
  { trace: spans[0]?.trace ?? 0, id: 90, parent: 1, service: 'audit', name: 'write', start: 200n * MS, end: 201n * MS },
]);
