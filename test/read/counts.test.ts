import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightedQuantiles } from '../../lib/read/counts/red.ts';
import { EPOCH_MS } from '../support/build-trace.ts';
import { ALL, type ModelSpan, type ModelTrace, modelTraces, readerOf, spansOf, writeArchive } from './model-archive.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const isRequest = ({ kind }: ModelSpan) => kind === 2 || kind === 5;

/** Each span of each trace, with the weight of its trace. */
function allSpans(traces: readonly ModelTrace[]) {
  return traces.flatMap((trace) => spansOf(trace).map((span) => ({ span, trace, weight: trace.weight })));
}

/** The sums of some numbers by a key. */
function sums<Item>(items: readonly Item[], keyOf: (item: Item) => string, numberOf: (item: Item) => number) {
  const found: Record<string, number> = {};
  for (const item of items) found[keyOf(item)] = (found[keyOf(item)] ?? 0) + numberOf(item);
  return found;
}

function forAllArchives(check: (reader: ReturnType<typeof readerOf>, traces: readonly ModelTrace[]) => Promise<void>) {
  return fc.assert(
    fc.asyncProperty(modelTraces, async (traces) => check(readerOf(await writeArchive(traces)), traces)),
    { numRuns: 50 },
  );
}

describe('counts over a window', () => {
  it('list services, operations and tags', async () => {
    await forAllArchives(async (reader, traces) => {
      const spans = allSpans(traces).map(({ span }) => span);
      const { services } = await reader.services(ALL);
      expect(services).toEqual([...new Set(spans.flatMap(({ service }) => service ?? []))].sort());
      const { operations } = await reader.operations('cart', ALL);
      const names = spans
        .filter(({ service }) => service === 'cart')
        .map(({ name, kind }) => `${name} ${KINDS[kind] ?? KINDS[0]}`);
      expect(operations.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual([...new Set(names)].sort());
      const { tags } = await reader.tags(ALL);
      // Unfinished copies that gave way may have had more.
      expect(tags.span).toEqual(expect.arrayContaining(spans.flatMap(({ attributes }) => Object.keys(attributes))));
      expect(tags.resource).toEqual(expect.arrayContaining(spans.flatMap(({ resource }) => Object.keys(resource))));
    });
  });

  it('count requests and errors, kept and estimated', async () => {
    await forAllArchives(async (reader, traces) => {
      const stepMs = 60_000;
      const { points } = await reader.red({ window: ALL, stepMs });
      const requests = allSpans(traces).filter(({ span }) => isRequest(span) && span.service !== undefined);
      const keyOf = ({ span }: (typeof requests)[number]) =>
        `${Math.floor((EPOCH_MS + span.startMs) / stepMs) * stepMs} ${span.service}`;
      const ofPoints = (name: 'keptRequests' | 'keptErrors' | 'estimatedRequests' | 'estimatedErrors') =>
        sums(
          points,
          ({ startMs, service }) => `${startMs} ${service}`,
          (point) => point[name],
        );
      expect(ofPoints('keptRequests')).toEqual(sums(requests, keyOf, () => 1));
      expect(ofPoints('estimatedRequests')).toEqual(sums(requests, keyOf, ({ weight }) => weight ?? 1));
      const failed = ({ span }: (typeof requests)[number]) => (span.status === 'ERROR' ? 1 : 0);
      expect(ofPoints('keptErrors')).toEqual(sums(requests, keyOf, failed));
      expect(ofPoints('estimatedErrors')).toEqual(sums(requests, keyOf, (one) => failed(one) * (one.weight ?? 1)));
    });
  });

  it('count calls between services, kept and estimated', async () => {
    await forAllArchives(async (reader, traces) => {
      const { dependencies } = await reader.dependencies(ALL);
      // As the query `dependencies` says it.
      const calls = allSpans(traces).flatMap(({ span, trace, weight }) => {
        const { parentSpanId, spanId, service } = span;
        if (parentSpanId === undefined || service === undefined) return [];
        const parents = spansOf(trace).filter((other) => other.spanId === parentSpanId);
        const greatest = (some: readonly ModelSpan[]) =>
          some
            .flatMap((one) => one.service ?? [])
            .sort()
            .at(-1);
        const clients = greatest(parents.filter((one) => !isRequest(one)));
        const parent = parentSpanId === spanId ? clients : (greatest(parents.filter(isRequest)) ?? greatest(parents));
        return parent === undefined || parent === service ? [] : [{ key: `${parent} ${service}`, weight }];
      });
      const keyOf = ({ parent, child }: { readonly parent: string; readonly child: string }) => `${parent} ${child}`;
      expect(sums(dependencies, keyOf, ({ keptCalls }) => keptCalls)).toEqual(
        sums(
          calls,
          ({ key }) => key,
          () => 1,
        ),
      );
      expect(sums(dependencies, keyOf, ({ estimatedCalls }) => estimatedCalls)).toEqual(
        sums(
          calls,
          ({ key }) => key,
          ({ weight }) => weight ?? 1,
        ),
      );
    });
  });

  it('count what each policy has kept', async () => {
    await forAllArchives(async (reader, traces) => {
      const { policies } = await reader.policies(ALL);
      const policyOf = ({ policy }: { readonly policy: string }) => policy;
      expect(sums(policies, policyOf, (one) => one.traces)).toEqual(sums(traces, policyOf, () => 1));
      expect(sums(policies, policyOf, (one) => one.spans)).toEqual(
        sums(traces, policyOf, (one) => spansOf(one).length),
      );
      expect(sums(policies, policyOf, (one) => one.estimatedTraces)).toEqual(
        sums(traces, policyOf, ({ weight }) => weight ?? 1),
      );
    });
  });
});

describe('weightedQuantiles', () => {
  it('counts a value as often as its weight says', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, (weighted) => {
        const repeated = weighted.flatMap(([value, weight]) => Array.from({ length: weight }, () => value));
        repeated.sort((a, b) => a - b);
        const shares = [0.01, 0.5, 0.95, 1];
        expect(
          weightedQuantiles(
            weighted.map(([value]) => value),
            weighted.map(([, weight]) => weight),
            shares,
          ),
        ).toEqual(shares.map((share) => repeated[Math.ceil(share * repeated.length - 1e-9) - 1]));
      }),
    );
  });
});
