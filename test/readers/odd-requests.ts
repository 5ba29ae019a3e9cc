import { MAX_VALUE_DEPTH } from '../../lib/otlp/protobuf/validate.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { START_NANOS } from './archive.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

const TRACE_ID = Uint8Array.from({ length: 16 }, (_, i) => i + 0xe0);
const ID_MAX = new Uint8Array(8).fill(0xff);

interface OddSpan {
  readonly attributes?: readonly object[];
  readonly [field: string]: unknown;
}

/** A request with the spans of one trace. */
export function requestOf(spans: readonly OddSpan[]): Uint8Array {
  const message = ExportTraceServiceRequest.fromObject({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'odd' } }] },
        scopeSpans: [
          {
            scope: { name: 'test', version: '1' },
            spans: spans.map((span, i) => ({
              traceId: TRACE_ID,
              spanId: Uint8Array.of(1, 0, 0, 0, i >>> 24, i >>> 16, i >>> 8, i),
              startTimeUnixNano: START_NANOS,
              ...span,
            })),
          },
        ],
      },
    ],
  });
  return new Uint8Array(ExportTraceServiceRequest.encode(message).finish());
}

/** A request with one span, of which nothing is said but its IDs, nor of its resource and scope. */
export function bareRequest(): Uint8Array {
  const spans = [{ traceId: TRACE_ID, spanId: ID_MAX }];
  return new Uint8Array(ExportTraceServiceRequest.encode({ resourceSpans: [{ scopeSpans: [{ spans }] }] }).finish());
}

const valued = (...values: readonly object[]) => values.map((value, i) => ({ key: `k${i}`, value }));
const texts = (...values: readonly string[]) => valued(...values.map((stringValue) => ({ stringValue })));

function nested(levels: number, wrap: (value: object) => object): object {
  return levels === 1 ? { intValue: '1' } : wrap(nested(levels - 1, wrap));
}
const inArray = (value: object) => ({ arrayValue: { values: [value] } });
const inList = (value: object) => ({ kvlistValue: { values: [{ key: 'k', value }] } });

/** Each is a span, and with it a trace, of what a reader may stumble over. */
export const ODD_SPANS: Readonly<Record<string, OddSpan>> = {
  'NaN, infinities and other doubles': {
    attributes: valued(
      ...[Number.NaN, Infinity, -Infinity, -0, 0, 0.1, 5e-324, Number.MAX_VALUE, 1e21, 1e-7, 2 ** 53 + 2].map(
        (doubleValue) => ({ doubleValue }),
      ),
    ),
  },
  '64-bit extremes': {
    attributes: valued(
      ...['-9223372036854775808', '9223372036854775807', '9007199254740993', '0'].map((intValue) => ({ intValue })),
    ),
    startTimeUnixNano: '18446744073709551615',
    endTimeUnixNano: '9223372036854775808',
    droppedAttributesCount: 0xffffffff,
    droppedEventsCount: 0xffffffff,
    droppedLinksCount: 0xffffffff,
  },
  'no times': { startTimeUnixNano: '0' },
  'every byte': {
    attributes: valued(
      { bytesValue: Uint8Array.from({ length: 256 }, (_, i) => i) },
      { bytesValue: new Uint8Array(0) },
      { bytesValue: Uint8Array.of(0) },
    ),
  },
  'values that are empty': {
    attributes: [
      ...valued({ stringValue: '' }, { boolValue: false }, {}, { arrayValue: {} }, { kvlistValue: {} }),
      { key: 'no value' },
      { key: '', value: { stringValue: 'no key' } },
    ],
  },
  'lists of everything': {
    attributes: valued(
      {
        arrayValue: {
          values: [
            {},
            { stringValue: '' },
            { doubleValue: Number.NaN },
            { intValue: '0' },
            inList({ boolValue: true }),
          ],
        },
      },
      { kvlistValue: { values: [{ key: 'a', value: {} }, { key: 'b' }, { key: 'c', value: inArray({}) }] } },
    ),
  },
  'arrays and lists as deep as they may be': {
    attributes: valued(nested(MAX_VALUE_DEPTH, inArray), nested(MAX_VALUE_DEPTH, inList)),
  },
  'keys that occur twice': { attributes: [...texts('first'), ...texts('second')] },
  'quotes and control characters': {
    name: `"'\\/`,
    attributes: texts(
      String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i)),
      '\u007f\u0080\u009f\u2028\u2029\ufeff\ufffd\uffff',
      '\ufeffmark first',
      '😀 ünïcødé \u{10ffff} e\u0301',
      '{"resourceSpans":[{"traceId":"00"}]}\n',
      '"traceId":"ff"',
      '</script><!--',
    ),
    status: { code: 2, message: 'line\r\nline' },
  },
  'unknown numbers of enums': { kind: 77, status: { code: 9 } },
  'a negative kind': { kind: -1 },
  'trace state and flags': { traceState: 'rojo=00f067aa0ba902b7,ot=th:0;rv:ffffffffffffff', flags: 0xffffffff },
  'a parent that is all zero': { parentSpanId: new Uint8Array(8) },
  links: {
    links: [
      { traceId: TRACE_ID, spanId: ID_MAX, traceState: 'a=b', flags: 0x301, attributes: texts('x') },
      { traceId: TRACE_ID },
      { spanId: ID_MAX, droppedAttributesCount: 7 },
      { traceId: new Uint8Array(16), spanId: new Uint8Array(8), traceState: 'a=b' },
      {},
    ],
  },
  events: {
    events: [
      { name: 'exception', timeUnixNano: START_NANOS, attributes: texts('x\ny'), droppedAttributesCount: 1 },
      { timeUnixNano: '18446744073709551615' },
      {},
    ],
  },
  'a line of nearly 4 MiB': { attributes: texts('x'.repeat(4_000_000)) },
  'one span that is over 4 MiB as a line': { attributes: texts('\u0001'.repeat(1_000_000)) },
};

/** Texts that are not UTF-8, each in place of the 4 letters `????` of a request. */
export const INVALID_UTF8: readonly (readonly number[])[] = [
  [0xff, 0xfe, 0xc0, 0x80],
  [0x61, 0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0x61, 0xe2, 0x82, 0x22],
  [0xc3, 0x61, 0xf0, 0x9f],
];
