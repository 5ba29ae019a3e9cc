/** Both clients, with timeouts and metering on. */
import { join } from 'node:path';
import type { InvocationMetrics } from '../../functions/shared/metrics.ts';
import { metered, type ServiceClients } from '../../functions/shared/services.ts';
import { createDynamoDbClient, createSqsClient } from '../../lib/aws/clients.ts';
import { sdkTableCalls } from '../../lib/aws/dynamodb/sdk-table-calls.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { SignedQueueCalls, sdkQueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import type { Side } from './rate.ts';

export type Clients = Readonly<Record<Side, ServiceClients>>;

/** The stub is reached over TLS, as the services are. */
export const TLS = {
  certificate: join(import.meta.dirname, '../../test/fixtures/tls/localhost.cert.pem'),
  key: join(import.meta.dirname, '../../test/fixtures/tls/localhost.key.pem'),
};
/** A role's credentials, as a function has them. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 't'.repeat(800) };

/** Counts into numbers: what a function pays for its metrics besides is the same for both. */
export class SumMetrics implements InvocationMetrics {
  readonly totals = new Map<string, number>();
  add(name: string, value: number): void {
    this.totals.set(name, (this.totals.get(name) ?? 0) + value);
  }
  addTo(name: string, dimension: string, value: number): void {
    this.add(`${name} ${dimension}`, value);
  }
  flush(): void {}
}

export function clientsOf(endpoint: string): Clients {
  return { sdk: sdkClients(endpoint), own: ownClients(endpoint) };
}

function sdkClients(endpoint: string): ServiceClients {
  const options = { endpoint, region: 'eu-west-1', credentials };
  const clients = {
    dynamoDb: sdkTableCalls(createDynamoDbClient(options)),
    sqs: sdkQueueCalls(createSqsClient(options)),
  };
  return metered(clients, new SumMetrics());
}

function ownClients(endpoint: string): ServiceClients {
  const options = { endpoint, region: 'eu-west-1', credentials };
  const clients = {
    dynamoDb: new SignedTableCalls(options),
    sqs: new SignedQueueCalls(options),
  };
  return metered(clients, new SumMetrics());
}
