import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpResponse } from './http.ts';
import { NotHttpEventError, readHttpEvent } from './http-event.ts';
import { handleOtlpHttp, type OtlpHttpDeps, refuseEvent } from './otlp-http.ts';

export type IngestHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** The Lambda handler behind a function URL or an HTTP API (payload format 2.0). Any other event is answered with 400. */
export function createHandler(deps: OtlpHttpDeps): IngestHandler {
  return async (event) => {
    try {
      return toResult(await handleEvent(event, deps));
    } finally {
      deps.metrics.flush();
    }
  };
}

function handleEvent(event: unknown, deps: OtlpHttpDeps): HttpResponse | Promise<HttpResponse> {
  try {
    return handleOtlpHttp(readHttpEvent(event), deps);
  } catch (error) {
    if (error instanceof NotHttpEventError) return refuseEvent(error.message, deps);
    throw error;
  }
}

function toResult({ status, headers, body }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  return { statusCode: status, headers: { ...headers }, ...encoded };
}
