import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type StatusObject,
  setLogger,
  status,
} from '@grpc/grpc-js';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpHead, HttpResponse } from '../../functions/ingest/http.ts';
import type { BodyHandler } from '../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../functions/ingest/refusal-log.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { decodeStatus, withRetryInfo } from '../otlp/responses.ts';
import type { Clock } from '../pipeline/ports.ts';
import { type BytesInFlight, type BytesOfRequest, refuseForRoom } from './bytes-in-flight.ts';
import { grpcPort } from './grpc-port.ts';
import { endWithGrace, listen as listenOn, type PortName } from './listening.ts';
import { countArrival, MAX_MESSAGE_BYTES } from './message-arrival.ts';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  /** The handler of OTLP/HTTP: it sees the metadata of each call before its message is read. */
  readonly handler: HttpHandler;
  /** Shared with OTLP/HTTP. */
  readonly inFlight: BytesInFlight;
  readonly log: Log;
  readonly clock: Clock;
  /** How long a message may take to arrive, with its end. @default 30 s */
  readonly messageTimeoutMs?: number;
}

export interface RunningGrpcServer {
  readonly port: number;
  /** Accepts no further calls, and resolves when all calls in progress have been answered, or a grace period is over. */
  stop(): Promise<void>;
}

const SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';

const MESSAGE_TIMEOUT_MS = 30_000;

/** What is known of a call before its message. */
interface Opened {
  readonly handle: BodyHandler;
  readonly share: BytesOfRequest;
  /** The message is whole: from now on its handler says when it holds nothing any more. */
  readonly take: () => void;
}

/**
 * OTLP/gRPC (OTLP specification 1.11.0, "OTLP/gRPC"), which AWS Lambda cannot offer: each call becomes a request of OTLP/HTTP to
 * the same handler, and its answer a gRPC status.
 * ```
 *   metadata ─▶ handler ──▶ refused: UNAUTHENTICATED, UNAVAILABLE with RetryInfo
 *                  │ room ─▶ UNAVAILABLE with RetryInfo
 *                  ▼
 *   message ─▶ handler ──▶ OK when durable, with partial success; INVALID_ARGUMENT, UNAVAILABLE with RetryInfo
 * ```
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<RunningGrpcServer> {
  // Otherwise the library writes to standard error what it also throws.
  setLogger({ error: (message: unknown) => options.log.debug('gRPC', { message }) });
  const opened = new WeakMap<Metadata, Opened>();
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    interceptors: [openBeforeMessage(options, opened)],
  });
  const exportTraces: handleUnaryCall<Uint8Array, Uint8Array> = ({ metadata, request }, callback) => {
    const call = opened.get(metadata);
    if (call === undefined) return callback({ code: status.INTERNAL });
    call.take();
    call
      .handle({ body: request, isText: false }, call.share.add)
      .then((response) => {
        if (response.status === 200) callback(null, response.body);
        else callback(grpcStatus(response));
      })
      .catch((error: unknown) => callback(failed(error, options.log)))
      .finally(() => call.share.release());
  };
  const identity = { serialize: (bytes: Uint8Array) => Buffer.from(bytes), deserialize: (bytes: Buffer) => bytes };
  server.addService(
    {
      Export: {
        path: `/${SERVICE}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity.serialize,
        requestDeserialize: identity.deserialize,
        responseSerialize: identity.serialize,
        responseDeserialize: identity.deserialize,
      },
    },
    { Export: exportTraces },
  );
  return listen(server, options);
}

/**
 * Asks the handler about the metadata, and reads the message only if the handler wants it. It counts by what has arrived; while it is
 * unpacked, as if it were as large as allowed.
 */
function openBeforeMessage(
  { handler, inFlight, log, clock, messageTimeoutMs = MESSAGE_TIMEOUT_MS }: GrpcServerOptions,
  opened: WeakMap<Metadata, Opened>,
): ServerInterceptor {
  const refusals = new RefusalLog({ log, clock });
  const late: StatusObject = {
    code: status.DEADLINE_EXCEEDED,
    details: `the message took longer than ${messageTimeoutMs / 1000} s to arrive`,
    metadata: new Metadata(),
  };
  return (_method, call) => {
    const share = inFlight.share();
    /** Until the message is whole. A call may end before that, in several ways, also between its message and its end. */
    let timer: NodeJS.Timeout | undefined;
    const take = () => {
      clearTimeout(timer);
      timer = undefined;
    };
    const endOfReading = () => {
      if (timer === undefined) return false;
      take();
      share.release();
      return true;
    };
    const intercepted = new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const head = headOf(metadata);
            const read = (handle: BodyHandler) => {
              timer = setTimeout(() => intercepted.sendStatus(late), messageTimeoutMs);
              countArrival(call, (bytes) => {
                if (timer === undefined) return;
                if (inFlight.isFull) intercepted.sendStatus(grpcStatus(refuseForRoom(head)));
                else share.add(bytes);
              });
              opened.set(metadata, { handle, share, take });
              proceed(metadata);
            };
            handler(head)
              .then((handle) => {
                if (typeof handle !== 'function') intercepted.sendStatus(grpcStatus(handle));
                else if (inFlight.isFull) intercepted.sendStatus(grpcStatus(refuseForRoom(head)));
                else read(handle);
              })
              .catch((error: unknown) => intercepted.sendStatus(failed(error, log)));
          },
          onReceiveMessage: (message: Uint8Array, proceed) => {
            if (timer !== undefined) {
              share.release();
              share.add(message.length);
            }
            proceed(message);
          },
          onCancel: () => {
            // The library itself has answered what it could not read.
            if (endOfReading())
              refusals.add(413, 'a gRPC message was over 4 MiB or unreadable, or its sender gave up', '');
          },
        }),
      sendStatus: (answer, next) => {
        endOfReading();
        next(answer);
      },
    });
    return intercepted;
  };
}

/** The answer when the handler rejects, which is a defect. */
function failed(error: unknown, log: Log): StatusObject {
  log.error('request failed', { error });
  return { code: status.UNAVAILABLE, details: 'send the spans again', metadata: new Metadata() };
}

/** The request of OTLP/HTTP that a call stands for. */
function headOf(metadata: Metadata): HttpHead {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata.getMap())) {
    if (typeof value === 'string') headers[name] = value;
  }
  return { method: 'POST', path: '/v1/traces', headers: { ...headers, 'content-type': 'application/x-protobuf' } };
}

/** The status of a call for an answer of OTLP/HTTP other than success, whose body is a `google.rpc.Status` in protobuf. */
function grpcStatus({ headers, body }: HttpResponse): StatusObject {
  const { code, message } = decodeStatus(body);
  const metadata = new Metadata();
  const { 'retry-after': seconds } = headers;
  if (seconds !== undefined) {
    metadata.set('grpc-status-details-bin', Buffer.from(withRetryInfo(body, Number(seconds))));
  }
  return { code, details: message, metadata };
}

/** For messages about the port. */
const GRPC_PORT: PortName = {
  purpose: ' for OTLP/gRPC',
  option: '--grpc-port',
  also: '0: any free one, off: none',
};

async function listen(
  server: Server,
  options: GrpcServerOptions,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listening = grpcPort({ ...options, accept: (connection) => injector.injectConnection(connection) });
  await listenOn(listening.server, { ...options, named: GRPC_PORT });
  const address = listening.server.address();
  if (address === null || typeof address === 'string') throw new Error('the gRPC server has no port');
  return {
    port: address.port,
    stop: () => {
      listening.stop();
      return endWithGrace(
        (ended) => server.tryShutdown(ended),
        () => server.forceShutdown(),
      );
    },
  };
}
