import { type DataSpan, MS, text } from './dataset.ts';

const deep = (levels: number): object =>
  levels === 0 ? { stringValue: 'bottom' } : { arrayValue: { values: [deep(levels - 1)] } };

const DOUBLES = ['NaN', 'Infinity', '-Infinity'];

/** Names and values of which text `spans.attributes` must have for each attribute; null: there is no text for it. */
export const ODD_ATTRIBUTES: readonly { key: string; value: Record<string, unknown>; expected: string | null }[] = [
  ...DOUBLES.map((double) => ({ key: double, value: { doubleValue: Number(double) }, expected: double })),
  { key: 'double', value: { doubleValue: 0.1 }, expected: '0.1' },
  { key: 'big', value: { intValue: '-9223372036854775808' }, expected: '-9223372036854775808' },
  { key: 'bool', value: { boolValue: false }, expected: 'false' },
  { key: 'bytes', value: { bytesValue: new Uint8Array([1, 2, 3]) }, expected: 'AQID' },
  { key: 'empty value', value: {}, expected: null },
  { key: 'empty text', value: { stringValue: '' }, expected: '' },
  { key: 'empty array', value: { arrayValue: {} }, expected: '[]' },
  { key: 'empty list', value: { kvlistValue: {} }, expected: '{}' },
  { key: 'empty bytes', value: { bytesValue: new Uint8Array(0) }, expected: '' },
  {
    key: 'empty in array',
    value: { arrayValue: { values: [{ arrayValue: {} }, { kvlistValue: {} }, { stringValue: '' }] } },
    expected: '[null,null,""]',
  },
  {
    key: 'empty in list',
    value: { kvlistValue: { values: [{ key: 'k', value: { arrayValue: {} } }, { key: 'm' }] } },
    expected: '[{"key":"k","value":null},{"key":"m","value":null}]',
  },
  { key: 'quotes', value: { stringValue: `'"\\\n\t\u2028 é 😀 \u0001` }, expected: `'"\\\n\t\u2028 é 😀 \u0001` },
  {
    key: 'array',
    value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }, { boolValue: true }, {}] } },
    expected: '["a","1","true",null]',
  },
  {
    key: 'list',
    value: { kvlistValue: { values: [{ key: 'k', value: { doubleValue: 1.5 } }] } },
    expected: '[{"key":"k","value":"1.5"}]',
  },
  { key: 'deep', value: deep(20) as Record<string, unknown>, expected: '[null]' },
];

const LARGE = 3_900_000;
const yes = text('odd', 'yes');
const odd = (trace: number, id: number, rest: Partial<DataSpan>): DataSpan => ({
  trace,
  id,
  service: 'odd',
  name: `odd ${id}`,
  start: BigInt(id) * MS,
  end: BigInt(id + 10) * MS,
  ...rest,
});

/** Traces of what a reader or a query may stumble over. All are kept, most of them by a policy of unknown probability. */
export const ODD: readonly DataSpan[][] = [
  [
    odd(1, 1, {
      attributes: [
        yes,
        ...ODD_ATTRIBUTES.map(({ key, value }) => ({ key, value })),
        text('twice', 'first'),
        text('twice', 'second'),
      ],
      event: [
        ...ODD_ATTRIBUTES.map(({ key, value }) => ({ key, value })),
        text('twice', 'first'),
        text('twice', 'second'),
      ],
    }),
  ],
  // No root; a parent that is not there.
  [odd(2, 2, { parent: 77, attributes: [yes] }), odd(2, 3, { parent: 2 })],
  // A clock that runs ahead: it ends before it starts, and a child that began before its parent.
  [
    odd(3, 4, { start: 90n * MS, end: 40n * MS, attributes: [yes] }),
    odd(3, 5, { parent: 4, start: 10n * MS, end: 500n * MS }),
  ],
  // No times at all.
  [
    { trace: 4, id: 6, service: 'odd', name: 'no times', attributes: [yes] },
    { trace: 4, id: 7, parent: 6, service: 'odd', name: 'no end', start: 5n * MS },
  ],
  // Its own parent, and two that are each other's.
  [odd(5, 8, { parent: 8, attributes: [yes] }), odd(5, 9, { parent: 10 }), odd(5, 10, { parent: 9 })],
  [odd(6, 11, { name: '\'; DROP TABLE traces; --\n"', service: 'a "service"\n', attributes: [yes] })],
  // A line of almost 4 MiB.
  [odd(7, 12, { attributes: [yes, text('large', 'x'.repeat(LARGE))] })],
  // A span of another year.
  [odd(8, 13, { kind: 2, start: -400n * 86_400_000n * MS, end: 0n, attributes: [yes] })],
  // Failed without times; failed at the same time; what failed was not said.
  [
    odd(9, 20, { kind: 2, attributes: [yes] }),
    { trace: 9, id: 21, parent: 20, service: 'odd', name: 'timeless', kind: 2, error: '' },
    odd(9, 22, { parent: 20, service: 'b', error: '', exception: { type: '', message: "it's; -- \\" } }),
    odd(9, 23, { parent: 20, start: 22n * MS, end: 32n * MS, error: 'second' }),
  ],
  // A chain that is longer than parents are followed.
  Array.from({ length: 130 }, (_, i) =>
    odd(10, 1000 + i, {
      ...(i > 0 && { parent: 999 + i }),
      start: BigInt(i) * MS,
      end: BigInt(400 - i) * MS,
      ...(i === 0 && { attributes: [yes] }),
    }),
  ),
  // Beside a tree a cycle, and what hangs below it.
  [
    odd(11, 30, { start: 0n, end: 100n * MS, attributes: [yes] }),
    odd(11, 31, { parent: 30, start: 10n * MS, end: 60n * MS }),
    odd(11, 32, { parent: 34, start: 0n, end: 90n * MS }),
    odd(11, 33, { parent: 32, start: 0n, end: 80n * MS }),
    odd(11, 34, { parent: 33, start: 0n, end: 70n * MS }),
    odd(11, 35, { parent: 34, start: 20n * MS, end: 30n * MS }),
  ],
  // Children that go on when their parents have ended, over two levels; some begin and end together.
  [
    odd(12, 40, { start: 5n * MS, end: 100n * MS, kind: 2, attributes: [yes], links: [12, 12, 1, 777] }),
    odd(12, 41, { parent: 40, service: 'b', kind: 2, start: 50n * MS, end: 150n * MS }),
    odd(12, 42, { parent: 41, service: 'c', kind: 5, start: 60n * MS, end: 140n * MS }),
    odd(12, 43, { parent: 40, service: 'b', start: 10n * MS, end: 50n * MS }),
    odd(12, 44, { parent: 40, service: 'b', start: 10n * MS, end: 50n * MS }),
    odd(12, 45, { parent: 40, start: 50n * MS, end: 50n * MS }),
    odd(12, 46, { parent: 40, start: 0n, end: 200n * MS }),
    odd(12, 47, { parent: 42, start: 120n * MS, end: 130n * MS }),
  ],
  // A client's and a server's span with one ID, as some tracers have them.
  [
    odd(13, 50, { kind: 2, start: 0n, end: 100n * MS, attributes: [yes] }),
    odd(13, 51, { parent: 50, kind: 3, start: 10n * MS, end: 90n * MS }),
    odd(13, 51, { parent: 50, service: 'b', kind: 2, start: 20n * MS, end: 80n * MS }),
    odd(13, 52, { parent: 51, service: 'c', kind: 2, start: 30n * MS, end: 85n * MS }),
  ],
  // The same query again and again, once without times.
  [
    odd(14, 60, { attributes: [yes] }),
    ...Array.from({ length: 11 }, (_, i) =>
      odd(14, 61 + i, {
        parent: 60,
        attributes: [text('db.statement', "SELECT 'x'; --")],
        ...(i === 0 && { start: undefined, end: undefined }),
      }),
    ),
  ],
  // Both failed at the same time: the inner one first.
  [
    odd(15, 80, { attributes: [yes] }),
    odd(15, 81, { parent: 80, start: 81n * MS, end: 95n * MS, error: 'outer' }),
    odd(15, 82, { parent: 81, start: 82n * MS, end: 95n * MS, error: 'inner' }),
  ],
  // A parent ID of zeros; a child that began before it; a link that leads nowhere beside one that does.
  [
    odd(16, 90, { parent: 91, kind: 2, start: 0n, end: 1n * MS, attributes: [yes] }),
    odd(16, 91, { name: 'real root', hasZeros: true, start: 5n * MS, end: 1005n * MS, links: [1] }),
  ],
  // A client's and a server's span with one ID, which is also the parent of the latter; that of the former is a larger one.
  [
    odd(17, 96, { kind: 2, start: 0n, end: 100n * MS, attributes: [yes] }),
    odd(17, 95, { parent: 96, kind: 3, start: 10n * MS, end: 90n * MS }),
    odd(17, 95, { parent: 95, service: 'b', kind: 2, start: 20n * MS, end: 80n * MS }),
    odd(17, 97, { parent: 95, service: 'c', kind: 2, start: 30n * MS, end: 40n * MS }),
  ],
  // A client gives up on a server with the same ID; a child without times; its own parent; a root without names.
  [
    odd(18, 100, { start: 0n, end: 6000n * MS, attributes: [yes] }),
    odd(18, 101, { parent: 100, kind: 3, start: 10n * MS, end: 5010n * MS }),
    odd(18, 101, { parent: 100, service: 'b', kind: 2, start: 20n * MS, end: 5900n * MS }),
    odd(18, 102, { parent: 101, service: 'c', start: 30n * MS, end: 5800n * MS }),
    { trace: 18, id: 103, parent: 101, service: 'b', name: 'no times' },
    odd(18, 104, { parent: 104, start: 0n, end: 1000n * MS }),
    odd(18, 105, { service: '', name: '' }),
  ],
  // Retries: without times, with a clock that runs backwards, below a parent that is not there.
  [
    odd(19, 110, { start: 0n, end: 100n * MS, attributes: [yes] }),
    odd(19, 111, { parent: 110, name: 'try', start: 1n * MS, end: 5n * MS, error: '' }),
    { trace: 19, id: 112, parent: 110, service: 'odd', name: 'try', error: '' },
    odd(19, 113, { parent: 110, name: 'try', start: 5n * MS, end: 4n * MS, error: '' }),
    odd(19, 114, { parent: 110, name: 'try', start: 6n * MS, end: 8n * MS }),
    odd(19, 117, { parent: 999, name: 'lost', start: 1n * MS, end: 2n * MS, error: '' }),
    odd(19, 118, { parent: 999, name: 'lost', start: 3n * MS, end: 4n * MS }),
  ],
];

/** Of traces that are decided, one of them failed. */
export const ODD_LATE: readonly DataSpan[][] = [
  [{ trace: 2, id: 70, parent: 2, service: 'late', name: 'late without times', error: 'late' }],
  [odd(13, 71, { parent: 51, service: 'late' })],
];
