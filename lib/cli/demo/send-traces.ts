import { setTimeout as sleep } from 'node:timers/promises';
import type { SpanContext } from '@opentelemetry/api';
import { simulateCheckout } from '../../traffic/checkout/checkout-trace.ts';
import { simulateFulfilment } from '../../traffic/checkout/fulfilment-trace.ts';
import type { Services } from '../../traffic/checkout/services.ts';
import type { TracePlan } from '../../traffic/checkout/trace-plan.ts';
import type { Random } from '../../traffic/random.ts';
import type { SentLedger } from './sent-ledger.ts';

/** Traces that begin at once, and the time between two such groups. */
const GROUP_SIZE = 15;
const GROUP_INTERVAL_MS = 150;
/** Above this many spans waiting in the SDKs, the traffic pauses: an SDK whose queue is full throws spans away. */
const MAX_WAITING_SPANS = 1500;
/** The longest simulated request is shorter, so that every span has ended when it is exported. */
const STARTED_AGO_MS = 6000;

/** Lets the services serve the planned requests, and resolves when all their spans have been handed to Tailgate. */
export async function sendTraces(
  services: Services,
  plans: readonly TracePlan[],
  random: Random,
  ledger: SentLedger,
): Promise<void> {
  const simulation = { tracers: services.tracers, random };
  let orders: SpanContext[] = [];
  for (const [index, plan] of plans.entries()) {
    const startTime = Date.now() - STARTED_AGO_MS + random.between(0, GROUP_INTERVAL_MS);
    if (plan.kind === 'fulfilment') {
      simulateFulfilment(simulation, plan, orders, startTime);
      orders = [];
    } else {
      const order = simulateCheckout(simulation, plan, startTime);
      if (order !== undefined) orders.push(order);
    }
    if (index % GROUP_SIZE === GROUP_SIZE - 1) await pause(services, ledger);
  }
  await services.shutdown();
}

async function pause(services: Services, ledger: SentLedger): Promise<void> {
  do {
    await sleep(GROUP_INTERVAL_MS);
  } while (ledger.spanCount - exportedSpans(services) > MAX_WAITING_SPANS && exportFailures(services).length === 0);
}

export function exportedSpans({ exporters }: Services): number {
  return exporters.reduce((sum, exporter) => sum + exporter.spans, 0);
}

export function exportRequests({ exporters }: Services): number {
  return exporters.reduce((sum, exporter) => sum + exporter.requests, 0);
}

export function exportFailures({ exporters }: Services): string[] {
  return exporters.flatMap((exporter) => exporter.failures);
}
