import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface HttpEventOptions {
  /** @default POST */
  readonly method?: string;
  /** @default /v1/traces */
  readonly path?: string;
  /** Besides the content type of OTLP in protobuf. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** A request as API Gateway and function URLs send it (payload format 2.0). */
export function httpEvent({
  method = 'POST',
  path = '/v1/traces',
  headers,
  body,
}: HttpEventOptions): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc',
      domainName: 'abc.lambda-url.us-east-1.on.aws',
      domainPrefix: 'abc',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'otel' },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: 1,
    },
    ...(body !== undefined && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: true,
  };
}
