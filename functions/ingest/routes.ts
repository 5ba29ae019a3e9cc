import type { HttpHead, HttpResponse } from './http.ts';

/** Error codes of `google.rpc.Code`. */
export const RPC_CODE = {
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  notFound: 5,
  unavailable: 14,
  unauthenticated: 16,
};

/** An answer other than success. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Whether the process answers at all. @throws {Refusal} when the method is not GET or HEAD */
export function healthz({ method }: HttpHead): HttpResponse {
  if (method === 'GET' || method === 'HEAD') {
    const body = new TextEncoder().encode(method === 'GET' ? 'ok\n' : '');
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
  }
  throw new Refusal(405, RPC_CODE.unimplemented, `${method} /healthz: only GET is allowed`, { allow: 'GET, HEAD' });
}

/** @throws {Refusal} when traces cannot be sent there */
export function checkRoute({ method, path }: HttpHead): void {
  if (path !== '/v1/traces') throw new Refusal(404, RPC_CODE.notFound, `${path} does not exist: ${insteadOf(path)}`);
  if (method !== 'POST') {
    throw new Refusal(405, RPC_CODE.unimplemented, `${method} /v1/traces: only POST is allowed`, { allow: 'POST' });
  }
}

/** Exporters send all signals to one address unless told otherwise. */
function insteadOf(path: string): string {
  const [, signal] = /^\/v1\/(metrics|logs)$/.exec(path) ?? [];
  if (signal === undefined) return 'send traces with POST /v1/traces';
  const name = signal.toUpperCase();
  return `Tailgate takes traces only: turn ${signal} off (OTEL_${name}_EXPORTER=none), or send them elsewhere (OTEL_EXPORTER_OTLP_${name}_ENDPOINT) and only traces here (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, with /v1/traces)`;
}
