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

/** Traces of what a reader may stumble over. All are kept, most of them by a policy of unknown probability. */
export const ODD: readonly DataSpan[][] = [
  [
    odd(1, 1, {
      attributes: [
        yes,
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
  [odd(8, 13, { start: -400n * 86_400_000n * MS, end: 0n, attributes: [yes] })],
];
