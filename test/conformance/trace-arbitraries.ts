import fc from 'fast-check';
import type { Attributes, AttributeValue, CaseSpan, CaseTrace } from './case.ts';
import { SCOPES } from './case.ts';
import { DOUBLES, DURATIONS_MS, INTS, KEYS, ODD_DURATIONS_MS, TEXTS, TRACE_STATES } from './vocabulary.ts';

const NOW = 1_763_700_000_000_000_000n;
/** How many requests, and how many resources, the spans of a case are spread over. */
const REQUESTS = 8;
export const RESOURCES = 12;

const attributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<AttributeValue>(...TEXTS) },
  { weight: 4, arbitrary: fc.constantFrom<AttributeValue>(...INTS) },
  { weight: 2, arbitrary: fc.constantFrom<AttributeValue>(true, false) },
  { weight: 1, arbitrary: fc.constantFrom<AttributeValue>(...DOUBLES) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<AttributeValue>(null, Uint8Array.of(97), new Uint8Array(), ['a'], [], [500n, null]),
  },
);
const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom<string>(...KEYS) }, fc.constantFrom('', 'A', 'http'));

/** Keys may repeat. */
export const attributes: fc.Arbitrary<Attributes> = fc.array(fc.tuple(key, attributeValue), { maxLength: 4 });

const start = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(NOW, NOW + 1n, NOW + 100_000_000n, NOW - 5_000_000n) },
  fc.constantFrom(0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
);
const duration = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.constantFrom(...DURATIONS_MS), fc.constantFrom(0n, 1n, -1n, 999_999n))
      .map(([ms, nanos]) => ms * 1_000_000n + nanos),
  },
  fc.constantFrom(...ODD_DURATIONS_MS),
);
const times = fc.tuple(start, duration, fc.integer({ min: 0, max: 11 })).map(([from, length, odd]) => ({
  startTimeUnixNano: from,
  endTimeUnixNano: odd === 0 ? 0n : BigInt.asUintN(64, from + length),
}));

const span: fc.Arbitrary<CaseSpan> = fc
  .record({
    request: fc.nat(REQUESTS - 1),
    resource: fc.nat(RESOURCES - 1),
    scope: fc.nat(SCOPES.length - 1),
    isRoot: fc.nat(4).map((n) => n === 0),
    name: fc.constantFrom(...TEXTS),
    kind: fc.nat(5),
    times,
    statusCode: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(undefined, 0, 1, 2) }, fc.constantFrom(3, -1)),
    flags: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 0x100, 0x301, 0xfe, 0xffffffff)),
    traceState: fc.oneof({ weight: 1, arbitrary: fc.constant('') }, fc.constantFrom(...TRACE_STATES)),
    attributes,
    events: fc.array(fc.record({ name: fc.constantFrom(...TEXTS), attributes }), { maxLength: 2 }),
  })
  .map(({ times: both, ...rest }) => ({ ...rest, ...both }));

/**
 * A span with copies from before it ended, each of which differs from the others: it is exported when it starts, while it
 * goes on, and when it ends, in any order.
 */
const spanWithCopies: fc.Arbitrary<readonly CaseSpan[]> = fc
  .tuple(span, fc.nat(0xffff), fc.array(fc.nat(REQUESTS - 1), { minLength: 1, maxLength: 3 }), fc.nat(3))
  .map(([ended, number, requests, place]) => {
    const whole: CaseSpan = { ...ended, id: 0x10000 + number };
    const unfinished = requests.map((request, beat): CaseSpan => {
      const progress = ['progress', BigInt(beat)] as const;
      return { ...whole, request, endTimeUnixNano: 0n, statusCode: undefined, attributes: [progress], events: [] };
    });
    return unfinished.toSpliced(place, 0, whole);
  });

const spanOrCopies = fc.oneof({ weight: 12, arbitrary: span.map((one) => [one]) }, spanWithCopies);

/** Spans in few requests, so that most fragments have several. */
const spans = fc
  .tuple(
    fc.oneof(
      { weight: 30, arbitrary: fc.array(spanOrCopies, { minLength: 1, maxLength: 8 }) },
      fc.array(spanOrCopies, { minLength: 9, maxLength: 40 }),
    ),
    fc.nat(REQUESTS - 1),
  )
  .map(([list, mask]) => list.flat().map((one) => ({ ...one, request: one.request & mask })));

/** Any, evenly: each trace has its own. */
const traceId = fc.noBias(fc.bigInt({ min: 1n, max: 2n ** 128n - 1n })).map((id) => id.toString(16).padStart(32, '0'));

export const trace: fc.Arbitrary<CaseTrace> = fc.record({ traceId, spans });
