import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpRequest, HttpResponse } from './http.ts';
import { handleOtlpHttp, type OtlpHttpDeps } from './otlp-http.ts';

export type IngestHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** The Lambda handler behind a function URL or an HTTP API (payload format 2.0). */
export function createHandler(deps: OtlpHttpDeps): IngestHandler {
  return async (event) => {
    try {
      return toResult(await handleOtlpHttp(toRequest(event), deps));
    } finally {
      deps.metrics.flush();
    }
  };
}

function toRequest(event: APIGatewayProxyEventV2): HttpRequest {
  return {
    method: event.requestContext.http.method,
    path: withoutStage(event.rawPath, event.requestContext.stage),
    headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** An HTTP API puts the name of its stage before the path, unless it is the default stage. */
function withoutStage(path: string, stage: string): string {
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

function toResult({ status, headers, body }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  return { statusCode: status, headers: { ...headers }, ...encoded };
}
