import type { SpanContext } from '@opentelemetry/api';
import { SpanKind } from '@opentelemetry/api';
import { callDatabase, type Simulation } from './request.ts';
import { SimulatedError, SimulatedSpan } from './simulated-span.ts';
import type { FulfilmentPlan } from './trace-plan.ts';

/** One batch of the queue consumer order-fulfilment: a trace of its own, linked to the spans that published the orders. */
export function simulateFulfilment(
  simulation: Simulation,
  plan: FulfilmentPlan,
  orders: readonly SpanContext[],
  startTime: number,
): void {
  const { tracers } = simulation;
  const root = new SimulatedSpan(
    {
      tracer: tracers['order-fulfilment'],
      name: 'process orders',
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'orders',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.batch.message_count': orders.length,
      },
      links: orders.map((context) => ({ context, attributes: { 'messaging.message.id': context.spanId } })),
    },
    startTime,
  );
  try {
    root.run(() => {
      const allocate = { tracer: tracers['order-fulfilment'], name: 'allocate stock', kind: SpanKind.INTERNAL };
      root.child(allocate, (span) => allocateStock(simulation, plan, span));
      bookShipment(simulation, root);
    });
  } catch (error) {
    if (!(error instanceof SimulatedError)) throw error;
  }
}

function allocateStock(simulation: Simulation, plan: FulfilmentPlan, span: SimulatedSpan): void {
  const { random } = simulation;
  const update = {
    service: 'order-fulfilment',
    system: 'postgresql',
    operation: 'UPDATE',
    target: 'stock',
    query: 'UPDATE stock SET reserved = reserved + $2 WHERE sku = $1',
  } as const;
  callDatabase(simulation, span, update, (query) => {
    query.wait(plan.slow ? random.between(1200, 2400) : random.between(4, 40));
  });
  if (plan.failure === 'out-of-stock') {
    throw new SimulatedError('OutOfStockError', 'sku 8841-B: 3 ordered, 1 in stock');
  }
}

function bookShipment({ tracers, random }: Simulation, root: SimulatedSpan): void {
  const description = {
    tracer: tracers['order-fulfilment'],
    name: 'POST',
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://parcels.example/shipments',
      'server.address': 'parcels.example',
      'http.response.status_code': 201,
    },
  };
  root.child(description, (span) => span.wait(random.between(20, 90)));
}
