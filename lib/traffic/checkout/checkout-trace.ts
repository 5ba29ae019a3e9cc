import type { SpanContext } from '@opentelemetry/api';
import { SpanKind } from '@opentelemetry/api';
import { answering, callDatabase, callService, type Simulation } from './request.ts';
import { SimulatedError, SimulatedSpan } from './simulated-span.ts';
import type { CheckoutPlan } from './trace-plan.ts';

/**
 * One request to the checkout, through the gateway, auth, cart, payment and fraud-check.
 * @returns the span that published the order, or undefined when it did not come to that
 */
export function simulateCheckout(
  simulation: Simulation,
  plan: CheckoutPlan,
  startTime: number,
): SpanContext | undefined {
  const { tracers, random } = simulation;
  const root = new SimulatedSpan(
    {
      tracer: tracers.gateway,
      name: 'POST /checkout',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/checkout',
        'url.path': '/checkout',
        'url.scheme': 'https',
        'client.address': `203.0.113.${Math.floor(random.between(1, 255))}`,
        'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/151.0',
        'customer.id': `c-${random.hex(6)}`,
        'customer.tier': plan.tier,
      },
    },
    startTime,
  );
  try {
    return root.run(() => answering(root, () => serveCheckout(simulation, plan, root)));
  } catch (error) {
    if (error instanceof SimulatedError) return undefined;
    throw error;
  }
}

function serveCheckout(simulation: Simulation, plan: CheckoutPlan, root: SimulatedSpan): SpanContext {
  root.wait(simulation.random.between(0.5, 2));
  verifyToken(simulation, root);
  readCart(simulation, plan, root);
  return charge(simulation, plan, root);
}

function verifyToken(simulation: Simulation, root: SimulatedSpan): void {
  const call = { from: 'gateway', to: 'auth', method: 'POST', route: '/tokens/verify' } as const;
  callService(simulation, root, call, (server) => {
    const query = {
      service: 'auth',
      system: 'redis',
      operation: 'GET',
      target: 'sessions',
      query: 'GET session:?',
    } as const;
    callDatabase(simulation, server, query, (span) => span.wait(simulation.random.between(0.4, 3)));
    server.wait(simulation.random.between(1, 6));
  });
}

function readCart(simulation: Simulation, plan: CheckoutPlan, root: SimulatedSpan): void {
  const { tracers, random } = simulation;
  const call = { from: 'gateway', to: 'cart', method: 'GET', route: '/carts/{id}' } as const;
  callService(simulation, root, call, (server) => {
    const query = {
      service: 'cart',
      system: 'postgresql',
      operation: 'SELECT',
      target: 'cart_items',
      query: 'SELECT sku, quantity FROM cart_items WHERE cart_id = $1 FOR UPDATE',
    } as const;
    callDatabase(simulation, server, query, (span) => {
      span.wait(plan.slowPlace === 'cart-query' ? random.between(1200, 2600) : random.between(3, 30));
      if (plan.failure === 'cart-deadlock')
        throw new SimulatedError('DeadlockDetected', 'deadlock detected on cart_items');
    });
    const price = { tracer: tracers.cart, name: 'price cart', kind: SpanKind.INTERNAL };
    server.child(price, (span) => {
      span.set({ 'cart.items': Math.ceil(random.between(0, 9)) });
      span.wait(random.between(2, 15));
    });
  });
}

function charge(simulation: Simulation, plan: CheckoutPlan, root: SimulatedSpan): SpanContext {
  const { random } = simulation;
  const call = { from: 'gateway', to: 'payment', method: 'POST', route: '/charges' } as const;
  return callService(simulation, root, call, (server) => {
    scoreFraud(simulation, plan, server);
    callAcquirer(simulation, plan, server);
    const insert = {
      service: 'payment',
      system: 'postgresql',
      operation: 'INSERT',
      target: 'charges',
      query: 'INSERT INTO charges (order_id, amount, currency) VALUES ($1, $2, $3)',
    } as const;
    callDatabase(simulation, server, insert, (span) => span.wait(random.between(2, 12)));
    return publishOrder(simulation, server);
  });
}

function scoreFraud(simulation: Simulation, plan: CheckoutPlan, payment: SimulatedSpan): void {
  const { tracers, random } = simulation;
  const call = { from: 'payment', to: 'fraud-check', method: 'POST', route: '/scores' } as const;
  callService(simulation, payment, call, (server) => {
    const query = {
      service: 'fraud-check',
      system: 'redis',
      operation: 'HGETALL',
      target: 'features',
      query: 'HGETALL features:?',
    } as const;
    callDatabase(simulation, server, query, (span) => span.wait(random.between(0.5, 4)));
    const model = { tracer: tracers['fraud-check'], name: 'evaluate model', kind: SpanKind.INTERNAL };
    server.child(model, (span) => {
      span.set({ 'fraud.score': Math.round(random.between(0, 100)) / 100 });
      span.wait(plan.slowPlace === 'fraud-model' ? random.between(1100, 3200) : random.between(8, 60));
      if (plan.failure === 'fraud-model-crash')
        throw new SimulatedError('ModelError', 'feature "velocity_24h" is not a number');
    });
  });
}

function callAcquirer({ tracers, random }: Simulation, plan: CheckoutPlan, payment: SimulatedSpan): void {
  const description = {
    tracer: tracers.payment,
    name: 'POST',
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://api.acquirer.example/v2/charges',
      'server.address': 'api.acquirer.example',
      'server.port': 443,
    },
  };
  payment.child(description, (span) => {
    span.wait(plan.slowPlace === 'acquirer' ? random.between(1300, 4000) : random.between(40, 180));
    if (plan.failure === 'acquirer-timeout') {
      span.wait(random.between(300, 500));
      throw new SimulatedError('TimeoutError', 'the acquirer did not answer in time');
    }
    span.set({ 'http.response.status_code': 201 });
  });
}

function publishOrder({ tracers, random }: Simulation, payment: SimulatedSpan): SpanContext {
  const description = {
    tracer: tracers.payment,
    name: 'send orders',
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.system': 'aws_sqs',
      'messaging.destination.name': 'orders',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.message.id': random.hex(32),
    },
  };
  return payment.child(description, (span) => {
    span.wait(random.between(2, 9));
    return span.spanContext;
  });
}
