import { expect } from 'vitest';
import { type SpanSpec, spanIdOf, traceIdOf } from '../support/export-request.ts';
import type { AnyWorld } from './world.ts';

/**
 * What the pipeline promises once no wake-up is left, however it came about (the states of the protocol model):
 * - no span is in the archive twice
 * - a trace with an acknowledged error is in the archive
 * - of a trace that is in the archive, every acknowledged span is
 * - a trace that an operator has restored is in the archive, and with it every acknowledged span of it
 * - nothing is left in the dead letters
 *
 * @param acknowledged spans of the requests whose exporter got its 200
 * @param policies `keep errors`: an error is kept whatever else comes; `keep errors of payment`: a trace with an error and with a span
 * of the payment service is; `may turn off`: a trace with an error may be refused, but if any of it is kept then all of it is
 * @param restored traces, as in the specifications of their spans, of which the operator was told that they are being kept
 */
export function expectPromisesKept(
  world: AnyWorld,
  acknowledged: readonly SpanSpec[],
  policies: 'keep errors' | 'keep errors of payment' | 'may turn off' = 'keep errors',
  restored: ReadonlySet<string> = new Set(),
): void {
  const archived = world.archivedSpans();
  expect(archived, 'a span is archived twice').toEqual([...new Set(archived)]);
  for (const trace of restored) expect(archived.join(), 'a restored trace is lost').toContain(`${traceIdOf(trace)}/`);
  const archivedTraces = new Set(archived.map((span) => span.split('/')[0]));
  const errors = tracesOf(acknowledged.filter((span) => span.error));
  const payments = tracesOf(acknowledged.filter(({ service }) => service === 'payment'));
  const owedTraces = {
    'keep errors': errors,
    'keep errors of payment': new Set([...errors].filter((trace) => payments.has(trace))),
    'may turn off': new Set<string>(),
  };
  const kept = owedTraces[policies];
  const owed = acknowledged
    .filter((span) => kept.has(traceIdOf(span.trace)) || archivedTraces.has(traceIdOf(span.trace)))
    .map((span) => `${traceIdOf(span.trace)}/${spanIdOf(span.span)}`);
  expect(archived, 'an acknowledged span of a kept trace is lost').toEqual(expect.arrayContaining([...new Set(owed)]));
  expect(world.queue.deadLetters).toEqual([]);
}

function tracesOf(spans: readonly SpanSpec[]): Set<string> {
  return new Set(spans.map(({ trace }) => traceIdOf(trace)));
}
