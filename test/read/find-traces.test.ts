import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparison, Condition, Field } from '../../lib/read/condition.ts';
import { type AttributeSpec, EPOCH_MS } from '../support/build-trace.ts';
import { ALL, type ModelSpan, type ModelTrace, modelTraces, readerOf, spansOf, writeArchive } from './model-archive.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

// The reference: loops over the spans, as the definitions say.

function textOf(value: AttributeSpec | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return JSON.stringify(value.map((one) => textOf(one)));
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function actualOf(field: Field, span: ModelSpan, trace: ModelTrace): string | number | null {
  if (field.of === 'attribute') {
    const ofSpan = Object.hasOwn(span.attributes, field.key);
    if (field.scope === 'span') return textOf(span.attributes[field.key]);
    if (field.scope === 'resource' || !ofSpan) return textOf(span.resource[field.key]);
    return textOf(span.attributes[field.key]);
  }
  if (field.of === 'span') {
    switch (field.name) {
      case 'service':
        return span.service ?? null;
      case 'name':
        return span.name;
      case 'kind':
        return KINDS[span.kind] ?? 'UNSPECIFIED';
      case 'status':
        return span.status;
      case 'durationMs':
        return span.endMs === undefined ? null : span.endMs - span.startMs;
      default:
        return null;
    }
  }
  const spans = spansOf(trace);
  const errors = spans.filter(({ status }) => status === 'ERROR').length;
  switch (field.name) {
    case 'policy':
      return trace.policy;
    case 'status':
      return errors > 0 ? 'ERROR' : 'OK';
    case 'spanCount':
      return spans.length;
    case 'errorCount':
      return errors;
    case 'durationMs':
      return durationOf(spans);
    default:
      return null;
  }
}

function durationOf(spans: readonly ModelSpan[]): number | null {
  const ends = spans.flatMap(({ endMs }) => endMs ?? []);
  if (ends.length === 0) return null;
  return Math.max(0, Math.max(...ends) - Math.min(...spans.map(({ startMs }) => startMs)));
}

function holds(condition: Condition, span: ModelSpan, trace: ModelTrace): boolean {
  if ('all' in condition) return condition.all.every((one) => holds(one, span, trace));
  if ('any' in condition) return condition.any.some((one) => holds(one, span, trace));
  const { field, operator, value } = condition;
  const actual = actualOf(field, span, trace);
  if (actual === null) return false;
  const isEqual = typeof actual === 'number' ? actual === Number(value) : actual === String(value);
  const matches = () => new RegExp(`^(?:${value})$`, 's').test(String(actual));
  const number = actual === '' ? Number.NaN : Number(actual);
  const results: Readonly<Record<Comparison['operator'], () => boolean>> = {
    '=': () => isEqual,
    '!=': () => !isEqual,
    '=~': matches,
    '!~': () => !matches(),
    '>': () => number > Number(value),
    '>=': () => number >= Number(value),
    '<': () => number < Number(value),
    '<=': () => number <= Number(value),
  };
  return results[operator]();
}

const textField: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom('service', 'name', 'kind', 'status').map((name) => ({ of: 'span', name }) as Field),
  fc.constantFrom('status', 'policy').map((name) => ({ of: 'trace', name }) as Field),
  fc
    .tuple(
      fc.constantFrom('span', 'resource', 'any'),
      fc.constantFrom('http.route', 'tier', 'retries', 'k8s.pod.name', 'service.name', 'absent'),
    )
    .map(([scope, key]) => ({ of: 'attribute', scope, key }) as Field),
);
const numberField = fc.constantFrom<Field>(
  { of: 'span', name: 'durationMs' },
  { of: 'trace', name: 'durationMs' },
  { of: 'trace', name: 'spanCount' },
  { of: 'trace', name: 'errorCount' },
  { of: 'attribute', scope: 'any', key: 'retries' },
  { of: 'attribute', scope: 'span', key: 'tier' },
);
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: textField,
    operator: fc.constantFrom('=' as const, '!=' as const),
    value: fc.constantFrom(
      'gateway',
      'cart',
      'SELECT cart',
      'SERVER',
      'ERROR',
      'errors',
      '/cart',
      'gold',
      'a',
      '/checkout?x="1"',
      '-0.0',
      200,
      true,
    ),
  }),
  fc.record({
    field: textField,
    operator: fc.constantFrom('=~' as const, '!~' as const),
    value: fc.constantFrom('g.*', '.*ca.*', 'ERROR|slow', '[a-z]+', '(?:true|200)'),
  }),
  fc.record({
    field: numberField,
    operator: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const, '=' as const),
    value: fc.constantFrom(0, 1, 2, 200, 250.25, 800),
  }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: comparison },
  { weight: 2, arbitrary: fc.array(comparison, { maxLength: 3 }).map((all) => ({ all })) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.oneof(
          comparison,
          fc.array(comparison, { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
        ),
        { maxLength: 3 },
      )
      .map((any) => ({ any })),
  },
);

describe('findTraces', () => {
  it('finds what a loop over all spans finds', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, condition, fc.integer({ min: 1, max: 3 }), async (traces, asked, perObject) => {
        const reader = readerOf(await writeArchive(traces, perObject));
        const { traces: found, isComplete } = await reader.find({ window: ALL, condition: asked, limit: 100 });
        const expected = traces.flatMap((trace) => {
          const matched = spansOf(trace).filter((span) => holds(asked, span, trace)).length;
          return matched === 0 ? [] : [[trace.traceId, matched]];
        });
        expect(isComplete).toBe(true);
        expect(found.map(({ traceId, matchedCount }) => [traceId, matchedCount]).sort()).toEqual(expected.sort());
      }),
      { numRuns: 100 },
    );
  });

  it('summarises a trace as a loop over its spans does', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, async (traces) => {
        const reader = readerOf(await writeArchive(traces));
        const { traces: found } = await reader.find({ window: ALL, limit: 100 });
        const byId = new Map(found.map((one) => [one.traceId, one]));
        for (const trace of traces) {
          const spans = spansOf(trace);
          const errorsIn = (some: readonly ModelSpan[]) => some.filter(({ status }) => status === 'ERROR').length;
          const names = [...new Set(spans.flatMap(({ service }) => service ?? []))].sort();
          const ids = new Set(spans.map(({ spanId }) => spanId));
          const ends = spans.flatMap(({ endMs }) => endMs ?? []);
          const nanos = (ms: number) => BigInt(EPOCH_MS) * 1_000_000n + BigInt(ms * 1e6);
          expect(byId.get(trace.traceId)).toMatchObject({
            startTimeUnixNano: nanos(Math.min(...spans.map(({ startMs }) => startMs))),
            endTimeUnixNano: ends.length === 0 ? 0n : nanos(Math.max(...ends)),
            durationMs: durationOf(spans),
            spanCount: spans.length,
            errorCount: errorsIn(spans),
            orphanCount: spans.filter(
              ({ parentSpanId: id, spanId }) => id !== undefined && id !== spanId && !ids.has(id),
            ).length,
            services: names.map((name) => {
              const own = spans.filter(({ service }) => service === name);
              return { name, spanCount: own.length, errorCount: errorsIn(own) };
            }),
            policy: trace.policy,
            weight: trace.weight,
          });
        }
        expect(found).toHaveLength(traces.length);
      }),
      { numRuns: 100 },
    );
  });

  it('lists the newest first, or the slowest, up to the limit', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, fc.integer({ min: 1, max: 5 }), async (traces, limit) => {
        const reader = readerOf(await writeArchive(traces));
        const starts = traces.map((trace) => Math.min(...spansOf(trace).map(({ startMs }) => startMs)));
        const newest = await reader.find({ window: ALL, limit });
        const startOf = (nanos: bigint) => Number(nanos / 1_000_000n) - EPOCH_MS;
        expect(newest.traces.map(({ startTimeUnixNano }) => startOf(startTimeUnixNano))).toEqual(
          starts
            .map(Math.floor)
            .sort((a, b) => b - a)
            .slice(0, limit),
        );
        const slowest = await reader.find({ window: ALL, limit, order: 'slowest' });
        expect(slowest.traces.map(({ durationMs }) => durationMs ?? -1)).toEqual(
          traces
            .map((trace) => durationOf(spansOf(trace)) ?? -1)
            .sort((a, b) => b - a)
            .slice(0, limit),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a pattern', () => {
  const spanNamed = (name: string): ModelTrace => ({
    traceId: '1'.repeat(32),
    policy: 'all',
    weight: 1,
    claims: [
      [
        {
          spanId: '00000000000000a1',
          parentSpanId: undefined,
          service: 'cart',
          name,
          kind: 2,
          status: 'UNSET',
          startMs: 0,
          endMs: 1,
          attributes: { text: name },
          resource: { 'service.name': 'cart' },
        },
      ],
    ],
  });
  const named = (value: string): Condition => ({ field: { of: 'span', name: 'name' }, operator: '=~', value });
  const withText = (value: string): Condition => ({
    field: { of: 'attribute', scope: 'any', key: 'text' },
    operator: '=~',
    value,
  });

  it.each(['(?:(a?){1000}b)', '(a?){1000}'.repeat(90), `(?:${'abc'.repeat(300)}){1000}`])(
    'with repeats that make it large is refused, and says so: %#',
    async (pattern) => {
      const reader = readerOf(await writeArchive([spanNamed('a')]));
      const found = reader.find({ window: ALL, condition: named(pattern) });
      await expect(found).rejects.toThrow(/=~ takes a regular expression of at most 2000 instructions, got about \d+/);
    },
  );

  it('with a few repeats finds what it finds', async () => {
    const reader = readerOf(await writeArchive([spanNamed('shop.example.com')]));
    const { traces } = await reader.find({
      window: ALL,
      condition: named('(?:[a-z]{1,63}\\.){1,8}[a-z]{1,63}'),
    });
    expect(traces).toHaveLength(1);
  });

  it('is refused for a text that takes too long with it, and takes as long a text without repeats', async () => {
    const reader = readerOf(await writeArchive([spanNamed('a'.repeat(100_000))]));
    for (const condition of [named('(?:a?){500}'), withText('(?:a?){500}')]) {
      const found = reader.find({ window: ALL, condition });
      await expect(found).rejects.toThrow(/takes texts of at most \d+ characters, and one has 100000/);
    }
    expect((await reader.find({ window: ALL, condition: withText('a+') })).traces).toHaveLength(1);
  });

  it.each(['newest', 'slowest'] as const)('is looked for as long as there is time: the %s', async (order) => {
    const reader = readerOf(await writeArchive([spanNamed('a')]), { limits: { deadlineMs: 0 } });
    expect(await reader.find({ window: ALL, order, condition: named('a') })).toMatchObject({
      traces: [],
      isComplete: false,
    });
  });
});
