/** Instructions of `shape.ts`, as seeds: a request, and a trace. */
const ID = (n: number) => [0, n, 1, n]; // traceId, spanId
const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
/** The n-th field of the message. */
const attribute = (key: string, ...value: readonly number[]) => [8, 0, ...text(key), 1, ...value, 200, 200];

/** A span with everything in it. */
export const FULL_SPAN: readonly number[] = [
  ...ID(1),
  ...[2, ...text('ot=th:8,a=b')],
  ...[3, 2],
  ...[4, ...text('GET /cart "\n')],
  ...[5, 2],
  ...[6, 1, 2, 3, 4, 5, 6, 7, 8],
  ...[7, 1, 2, 3, 4, 5, 6, 7, 9],
  ...attribute('s', 0, ...text('text')),
  ...attribute('b', 1, 1),
  ...attribute('z', 1, 0x80, 0),
  ...attribute('i', 2, 0x85, 1),
  ...attribute('d', 3, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f),
  ...attribute('a', 4, 0, 0, ...text('x'), 200, 0, 2, 7, 200, 200),
  ...attribute('l', 5, 0, 0, ...text('k'), 1, 1, 0, 200, 200, 200),
  ...attribute('y', 6, 3, 1, 2, 255),
  ...[9, 1],
  ...[10, 0, 9, 9, 9, 9, 9, 9, 9, 9, 1, ...text('event'), 200],
  ...[11, 2],
  ...[12, 0, 3, 1, 3, 2, ...text('c=d'), 200],
  ...[13, 3],
  ...[14, 0, ...text('bad'), 1, 2, 200],
  ...[15, 1, 0, 0, 0],
  200,
];
const SMALL_SPAN = [...ID(1), 4, ...text('n'), 200];

/** `ResourceSpans` with a resource, a scope and these spans. */
const around = (...spans: readonly (readonly number[])[]) => [
  0,
  ...[0, 0, 0, ...text('service.name'), 1, 0, ...text('shop'), 200, 200, 200],
  ...[1, 0, 0, ...text('lib'), 1, ...text('1'), 200, ...spans.flatMap((span) => [1, ...span]), 2, 1, 0x75, 200],
  ...[2, 1, 0x75, 200],
];

/** Requests, as instructions. */
export const SHAPES: readonly Uint8Array[] = [
  around(FULL_SPAN),
  around(SMALL_SPAN, [...ID(2), 200], SMALL_SPAN),
  [...around(SMALL_SPAN), ...around([...ID(1), 240, 5, 241, 1, 242, 2, 1, 1, 200])],
  [0, 0, 200, 1, 1, 244, 3, 1, 250, 0x0a, 200],
].map((codes) => Uint8Array.from(codes));
