import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** As it came. */
  readonly byteLength: number;
  /** Decompressed. */
  readonly json: string;
  /** Whether it was answered with 200. */
  isAccepted: boolean;
}

/** How a request is answered. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>;
type ImmediateBehaviour = (response: ServerResponse, request: ReceivedRequest) => void;

/** An answer with a JSON body. */
export function answer(
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): ImmediateBehaviour {
  return (response, request) => {
    request.isAccepted = status === 200;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export const accept = answer(200, { partialSuccess: {} });
export const reset: ImmediateBehaviour = (response) => void response.socket?.destroy();
export const hang: ImmediateBehaviour = () => {};

export interface OtlpReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Those of requests that were answered with 200, a trace as often as a line of it came, in the order of IDs. */
  acceptedTraceIds(): string[];
  stop(): Promise<void>;
}

/**
 * An OTLP/HTTP receiver as the specification has it, apart from what it is told to do with the first requests. It knows
 * nothing of this code base.
 */
export async function startOtlpReceiver(
  behaviours: readonly Behaviour[] = [],
  then: Behaviour = accept,
): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const bytes = await buffer(request);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const received = {
        path: request.url ?? '',
        headers: request.headers,
        byteLength: bytes.length,
        json: plain.toString(),
        isAccepted: false,
      };
      const behaviour = behaviours[requests.length] ?? then;
      requests.push(received);
      await behaviour(response, received);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    acceptedTraceIds: () =>
      requests
        .filter(({ isAccepted }) => isAccepted)
        .flatMap(({ json }) => traceIdsOf(json))
        .sort(),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Of an export request: of each group of spans in turn. */
export function traceIdsOf(json: string): string[] {
  const { resourceSpans } = JSON.parse(json) as {
    resourceSpans: { scopeSpans: { spans: { traceId: string }[] }[] }[];
  };
  const ids = resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)),
  );
  return ids.filter((id, index) => id !== ids[index - 1]);
}
