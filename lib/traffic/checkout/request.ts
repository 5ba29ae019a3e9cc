import { SpanKind } from '@opentelemetry/api';
import type { Random } from '../random.ts';
import type { ServiceName, Services } from './services.ts';
import type { SimulatedSpan } from './simulated-span.ts';
import { SimulatedError } from './simulated-span.ts';

/** What the simulated services work with. */
export interface Simulation {
  readonly tracers: Services['tracers'];
  readonly random: Random;
}

export interface HttpCall {
  readonly from: ServiceName;
  readonly to: ServiceName;
  readonly method: string;
  readonly route: string;
}

const PORTS: Readonly<Record<ServiceName, number>> = {
  gateway: 8080,
  auth: 8081,
  cart: 8082,
  'fraud-check': 8083,
  payment: 8084,
  'order-fulfilment': 8085,
};

/** An HTTP call from one service to another: a client span, the network, and a server span around `serve`. */
export function callService<Result>(
  { tracers, random }: Simulation,
  caller: SimulatedSpan,
  { from, to, method, route }: HttpCall,
  serve: (server: SimulatedSpan) => Result,
): Result {
  const address = { 'server.address': `${to}.checkout.internal`, 'server.port': PORTS[to] };
  const clientSpan = {
    tracer: tracers[from],
    name: method,
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': method,
      'url.full': `http://${to}.checkout.internal:${PORTS[to]}${route}`,
      ...address,
    },
  };
  const serverSpan = {
    tracer: tracers[to],
    name: `${method} ${route}`,
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.path': route,
      'url.scheme': 'http',
      ...address,
    },
  };
  return caller.child(clientSpan, (client) => {
    client.wait(random.between(0.3, 1.5));
    const result = answering(client, () =>
      client.child(serverSpan, (server) => answering(server, () => serve(server))),
    );
    client.wait(random.between(0.3, 1.5));
    return result;
  });
}

/** Notes the HTTP status that the answer has: 200, or 500 and 504 for errors and timeouts. */
export function answering<Result>(span: SimulatedSpan, work: () => Result): Result {
  let status = 200;
  try {
    return work();
  } catch (error) {
    status = error instanceof SimulatedError && error.name === 'TimeoutError' ? 504 : 500;
    throw error;
  } finally {
    span.set({ 'http.response.status_code': status });
  }
}

export interface DatabaseCall {
  readonly service: ServiceName;
  readonly system: 'postgresql' | 'redis';
  readonly operation: string;
  readonly target: string;
  readonly query: string;
}

/** A call to a database: a client span around `work`. */
export function callDatabase(
  { tracers }: Simulation,
  caller: SimulatedSpan,
  { service, system, operation, target, query }: DatabaseCall,
  work: (span: SimulatedSpan) => void,
): void {
  const description = {
    tracer: tracers[service],
    name: `${operation} ${target}`,
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': system,
      'db.namespace': service,
      'db.operation.name': operation,
      'db.collection.name': target,
      'db.query.text': query,
      'server.address': `${system}.${service}.checkout.internal`,
    },
  };
  caller.child(description, work);
}
