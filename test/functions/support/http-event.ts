import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Delivery, functionUrlEvent } from '../../../lib/local/function-url-event.ts';

/** Every test of the ingest endpoint runs over each. */
export const DELIVERIES: readonly Delivery[] = ['platform', 'base64'];

export interface HttpEventOptions {
  /** @default POST */
  readonly method?: string;
  /** The request target. @default /v1/traces */
  readonly path?: string;
  /** @default the content type of OTLP in protobuf */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: Uint8Array;
  /** @default platform */
  readonly delivery?: Delivery;
}

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

/** The event of an export request. */
export function httpEvent({
  method = 'POST',
  path: target = '/v1/traces',
  headers = PROTOBUF,
  body = new Uint8Array(),
  delivery = 'platform',
}: HttpEventOptions = {}): APIGatewayProxyEventV2 {
  return functionUrlEvent(
    { method, target, headers: { host: 'localhost', 'user-agent': 'otel', ...headers }, body },
    delivery,
  );
}
