import type { SpanContext, Tracer } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { SentLedger } from '../../../lib/cli/demo/sent-ledger.ts';
import { simulateCheckout } from '../../../lib/traffic/checkout/checkout-trace.ts';
import { simulateFulfilment } from '../../../lib/traffic/checkout/fulfilment-trace.ts';
import type { Simulation } from '../../../lib/traffic/checkout/request.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../lib/traffic/checkout/services.ts';
import type { CheckoutPlan } from '../../../lib/traffic/checkout/trace-plan.ts';
import { FAILURES, planTraces, SLOW_PLACES } from '../../../lib/traffic/checkout/trace-plan.ts';
import { createRandom } from '../../../lib/traffic/random.ts';

const START = Date.UTC(2026, 8, 15);
const ORDINARY: CheckoutPlan = { kind: 'checkout', failure: undefined, slowPlace: undefined, tier: 'standard' };

/** Services whose spans end in memory, and in the ledger. */
function simulate(seed = 1) {
  const ledger = new SentLedger();
  const exporter = new InMemorySpanExporter();
  const ids = createRandom(seed);
  const tracer = (name: ServiceName): Tracer =>
    new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': name }),
      idGenerator: { generateTraceId: () => ids.hex(32), generateSpanId: () => ids.hex(16) },
      spanProcessors: [ledger, new SimpleSpanProcessor(exporter)],
    }).getTracer(name);
  const tracers = Object.fromEntries(SERVICE_NAMES.map((name) => [name, tracer(name)])) as Simulation['tracers'];
  return { simulation: { tracers, random: createRandom(seed + 1) }, ledger, spans: () => exporter.getFinishedSpans() };
}

function onlyTrace(ledger: SentLedger) {
  const [trace, ...more] = ledger.traces.values();
  if (trace === undefined || more.length > 0) throw new Error('expected one trace');
  return { ...trace, durationMs: Number(trace.latestEnd - trace.earliestStart) / 1e6 };
}

describe('simulateCheckout', () => {
  it('is one fast trace through five services, each span within its parent', () => {
    const { simulation, ledger, spans } = simulate();
    simulateCheckout(simulation, ORDINARY, START);
    const trace = onlyTrace(ledger);
    expect(trace).toMatchObject({ hasError: false, tiers: new Set(['standard']) });
    expect(trace.durationMs).toBeLessThan(1000);
    const services = new Set(spans().map((span) => span.resource.attributes['service.name']));
    expect(services).toEqual(new Set(['gateway', 'auth', 'cart', 'fraud-check', 'payment']));
    const time = ([seconds, nanos]: readonly [number, number]) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    const byId = new Map(spans().map((span) => [span.spanContext().spanId, span]));
    const children = spans().filter((span) => span.parentSpanContext !== undefined);
    expect(children).toHaveLength(spans().length - 1);
    for (const child of children) {
      const parent = byId.get(child.parentSpanContext?.spanId ?? '');
      if (parent === undefined) throw new Error(`${child.name} has no parent`);
      expect(time(child.startTime)).toBeGreaterThanOrEqual(time(parent.startTime));
      expect(time(child.endTime)).toBeLessThanOrEqual(time(parent.endTime));
    }
  });

  it.each(FAILURES)('fails with %s: an exception where it happens, and errors up to the root', (failure) => {
    const { simulation, ledger, spans } = simulate();
    expect(simulateCheckout(simulation, { ...ORDINARY, failure }, START)).toBeUndefined();
    expect(onlyTrace(ledger).hasError).toBe(true);
    const root = spans().find((span) => span.parentSpanContext === undefined);
    expect(root?.status.code).toBe(2);
    expect(root?.attributes['http.response.status_code']).toBeGreaterThanOrEqual(500);
    expect(root?.events.map((event) => event.name)).toEqual(['exception']);
  });

  it.each(SLOW_PLACES)('takes over 1.1 s and under 5 s when %s is slow', (slowPlace) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { simulation, ledger } = simulate(seed);
      simulateCheckout(simulation, { ...ORDINARY, slowPlace }, START);
      expect(onlyTrace(ledger).durationMs).toBeGreaterThan(1100);
      expect(onlyTrace(ledger).durationMs).toBeLessThan(5000);
    }
  });
});

describe('simulateFulfilment', () => {
  const plan = { kind: 'fulfilment', failure: undefined, slow: false } as const;
  const order: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };

  it('is a trace of its own, linked to the orders', () => {
    const { simulation, ledger, spans } = simulate();
    simulateFulfilment(simulation, plan, [order], START);
    expect(onlyTrace(ledger).traceId).not.toBe(order.traceId);
    const root = spans().find((span) => span.parentSpanContext === undefined);
    expect(root?.links.map((link) => link.context)).toEqual([order]);
  });

  it('is slow, or fails, as planned', () => {
    const slow = simulate();
    simulateFulfilment(slow.simulation, { ...plan, slow: true }, [], START);
    expect(onlyTrace(slow.ledger).durationMs).toBeGreaterThan(1100);
    const failing = simulate();
    simulateFulfilment(failing.simulation, { ...plan, failure: 'out-of-stock' }, [], START);
    expect(onlyTrace(failing.ledger).hasError).toBe(true);
  });
});

describe('planTraces', () => {
  const plans = planTraces(300, createRandom(1));

  it('plans 4 % failing, 4 % slow, a few VIPs and some batches of the queue consumer', () => {
    const isSlow = plans.filter((plan) => (plan.kind === 'checkout' ? plan.slowPlace !== undefined : plan.slow));
    expect(plans.filter((plan) => plan.failure !== undefined)).toHaveLength(12);
    expect(isSlow).toHaveLength(12);
    expect(plans.filter((plan) => plan.kind === 'fulfilment')).toHaveLength(37);
    expect(plans.some((plan) => plan.kind === 'checkout' && plan.tier === 'vip')).toBe(true);
  });

  it('repeats itself for the same seed, and not for another', () => {
    expect(planTraces(300, createRandom(1))).toEqual(plans);
    expect(planTraces(300, createRandom(2))).not.toEqual(plans);
  });
});
