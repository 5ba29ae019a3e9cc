import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import protobuf from 'protobufjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpHead } from '../../functions/ingest/http.ts';
import { refuseForNow } from '../../functions/ingest/otlp-http.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { BytesInFlight } from '../../lib/local/bytes-in-flight.ts';
import { type GrpcServerOptions, startGrpcServer } from '../../lib/local/grpc-server.ts';
import { startLocal } from '../../lib/local/start.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { exportRequest } from '../support/export-request.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { readArchive, spansOf } from './archive-files.ts';

const SERVICE = '/opentelemetry.proto.collector.trace.v1.TraceService';
const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('OTLP/gRPC in the local run', () => {
  async function startWithKey() {
    const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-grpc-'));
    cleanUps.push(() => rmSync(dataDir, { recursive: true }));
    const parsed = parseSamplingConfig('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const { config } = parsed;
    const log = new RecordingLog();
    const tailgate = await startLocal({ host: '127.0.0.1', port: 0, grpcPort: 0, dataDir, config, keys: ['k'], log });
    cleanUps.push(() => tailgate.stop());
    return { dataDir, log, url: tailgate.grpcUrl ?? '' };
  }

  it('names what does not speak gRPC in its log, each kind once a minute, and goes on', async () => {
    const { log, url } = await startWithKey();
    const { port } = new URL(url);
    const exchange = async (...parts: readonly (string | Uint8Array)[]) => {
      const socket = connect(Number(port), '127.0.0.1');
      const answer = text(socket);
      for (const part of parts) {
        socket.write(part);
        await setTimeout(5);
      }
      return answer;
    };
    for (let i = 0; i < 2; i++) {
      expect(await exchange('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n', '{}')).toMatch(
        /^HTTP\/1\.1 400 /,
      );
      await exchange(Uint8Array.of(0x16, 0x03, 0x01, 0x00, 0xc8, 0x01));
    }
    expect(log.entries.map(({ message, fields }) => [message, fields['reason']])).toEqual([
      [
        'refused',
        expect.stringMatching(/^OTLP\/HTTP, .* on the port of OTLP\/gRPC: set the protocol of the exporter to grpc/),
      ],
      ['refused', expect.stringMatching(/^TLS on the port of OTLP\/gRPC/)],
    ]);
    // A preface may come in pieces.
    const slow = connect(Number(port), '127.0.0.1');
    const first = once(slow, 'data');
    for (const part of ['PR', 'I * HTTP/2.0\r\n', '\r\nSM\r\n\r\n', Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0)]) {
      slow.write(part);
      await setTimeout(5);
    }
    // A frame of settings.
    expect((await first)[0][3]).toBe(4);
    slow.destroy();
    const silent = connect(Number(port), '127.0.0.1');
    const isClosed = once(silent.resume(), 'close');
    // The last thing to be cleaned up: the stop closes it.
    cleanUps.unshift(() => isClosed);
    const metadata = new Metadata();
    metadata.set('x-api-key', 'k');
    const exporter = new OTLPTraceExporter({ url, metadata });
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    provider.getTracer('test').startSpan('after all').end();
    await provider.forceFlush();
    await log.until(() => log.total('sampled') === 1);
    await provider.shutdown();
  });

  it.each([CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP])(
    'takes what the exporter of OpenTelemetry sends, compression %s',
    async (compression) => {
      const { dataDir, log, url } = await startWithKey();
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer k');
      const exporter = new OTLPTraceExporter({ url, metadata, compression });
      const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
      for (const name of ['first', 'second']) provider.getTracer('test').startSpan(name).end();
      await provider.forceFlush();
      await log.until(() => log.total('sampled') === 2);
      expect(
        spansOf(readArchive(dataDir))
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['first', 'second']);
      await provider.shutdown();
    },
  );

  it('tells the exporter that the key is missing', async () => {
    const { url } = await startWithKey();
    const error = await fail(clientOf(new URL(url).host), exportRequest([{ trace: 'a', span: 'b' }]));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, details: expect.stringContaining('x-api-key') });
  });

  it('says which spans it rejects', async () => {
    const { url } = await startWithKey();
    const response = await call(clientOf(new URL(url).host), exportRequest([{ trace: '0', span: 'b' }]), keyMetadata());
    const { partialSuccess } = ExportTraceServiceResponse.decode(response);
    expect(Number(partialSuccess?.rejectedSpans)).toBe(1);
    expect(partialSuccess?.errorMessage).toContain('trace');
  });

  it('refuses a message that is not OTLP, and knows no other service', async () => {
    const { url } = await startWithKey();
    expect(await fail(clientOf(new URL(url).host), Buffer.from([0xff]), keyMetadata())).toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    const metrics = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
    expect(await fail(clientOf(new URL(url).host), Buffer.alloc(0), keyMetadata(), metrics)).toMatchObject({
      code: status.UNIMPLEMENTED,
    });
  });
});

describe('the gRPC server', () => {
  /** A server on a handler of the test, which answers `200` unless told otherwise. */
  async function start(handler: HttpHandler, limit = 10_000_000, options: Partial<GrpcServerOptions> = {}) {
    const log = new RecordingLog();
    const inFlight = new BytesInFlight(limit);
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      handler,
      inFlight,
      log,
      clock: new SystemClock(),
      ...options,
    });
    cleanUps.push(() => server.stop());
    return { client: clientOf(`127.0.0.1:${server.port}`), port: server.port, log, inFlight };
  }

  it('reads the message only when the handler has accepted the metadata', async () => {
    const heads: HttpHead[] = [];
    const { client, inFlight } = await start(async (head) => {
      heads.push(head);
      return refuseForNow(head, 'decisions are late');
    });
    const error = await fail(client, Buffer.alloc(3_000_000), keyMetadata());
    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: 'decisions are late' });
    expect(heads).toMatchObject([
      { method: 'POST', path: '/v1/traces', headers: { 'x-api-key': 'k', 'content-type': 'application/x-protobuf' } },
    ]);
    expect(inFlight.most).toBe(0);
  });

  it('says with RetryInfo how long to wait', async () => {
    const { client } = await start(async (head) => refuseForNow(head, 'decisions are late'));
    const { metadata } = await fail(client, Buffer.alloc(0));
    const [details] = metadata.get('grpc-status-details-bin');
    const { Status, RetryInfo } = googleRpc();
    const decoded = Status.decode(details as Buffer).toJSON();
    expect(decoded).toMatchObject({
      code: 14,
      message: 'decisions are late',
      details: [{ typeUrl: 'type.googleapis.com/google.rpc.RetryInfo' }],
    });
    expect(RetryInfo.decode(Buffer.from(decoded['details'][0].value, 'base64')).toJSON()).toEqual({
      retryDelay: { seconds: '2' },
    });
  });

  it.each([
    ['as it comes', 'none' as const, 4 * 1024 * 1024 + 1],
    ['unpacked', 'gzip' as const, 50_000_000],
  ])('refuses a message that is too large %s, and tells so', async (_, compression, bytes) => {
    const { port, log, inFlight } = await start(async () => () => Promise.reject(new Error('no message expected')));
    const client = clientOf(`127.0.0.1:${port}`, compression);
    expect(await fail(client, Buffer.alloc(bytes))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await log.until(() => log.entries.length > 0);
    expect(log.entries).toMatchObject([{ message: 'refused', fields: { status: 413 } }]);
    expect(inFlight.isFull).toBe(false);
  });

  it.each([
    ['with a second message', 2, undefined],
    ['past its deadline, without an end', 1, 300],
  ])('holds nothing of a call that ends %s', async (_, messages, deadlineMs) => {
    const { client, inFlight } = await start(
      async () => () => Promise.reject(new Error('no handling expected')),
      100_000,
    );
    const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    const error = await new Promise<ServiceError | null>((resolve) => {
      const stream = client.makeClientStreamRequest(`${SERVICE}/Export`, asIs, asIs, new Metadata(), options, resolve);
      for (let sent = 0; sent < messages; sent++) stream.write(Buffer.alloc(200_000));
      if (deadlineMs === undefined) stream.end();
    });
    expect(error).not.toBeNull();
    expect(inFlight.most).toBeGreaterThan(0);
    // The server hears of a deadline of the client a moment later.
    await expect.poll(() => inFlight.isFull).toBe(false);
  });

  it('ends a call whose message is whole, but not its end, after its time', async () => {
    const { client, inFlight } = await start(
      async () => () => Promise.reject(new Error('no handling expected')),
      100_000,
      { messageTimeoutMs: 300 },
    );
    const error = await new Promise<ServiceError | null>((resolve) => {
      const stream = client.makeClientStreamRequest(`${SERVICE}/Export`, asIs, asIs, new Metadata(), {}, resolve);
      stream.write(Buffer.alloc(50_000));
    });
    expect(error).toMatchObject({
      code: status.DEADLINE_EXCEEDED,
      details: 'the message took longer than 0.3 s to arrive',
    });
    expect(inFlight.most).toBeGreaterThanOrEqual(50_000);
    await expect.poll(() => inFlight.isEmpty).toBe(true);
  });

  it('counts what has arrived of a message, so that many may be open at once', async () => {
    const { client, inFlight } = await start(async () => async () => ok(), 1_000_000);
    const streams = Array.from({ length: 100 }, () => {
      let answered: (error: ServiceError | null) => void = () => {};
      const answer = new Promise<ServiceError | null>((resolve) => {
        answered = resolve;
      });
      const stream = client.makeClientStreamRequest(`${SERVICE}/Export`, asIs, asIs, new Metadata(), {}, answered);
      stream.write(Buffer.alloc(1_000));
      return { stream, answer };
    });
    await expect.poll(() => inFlight.most).toBeGreaterThanOrEqual(100_000);
    for (const { stream } of streams) stream.end();
    expect(await Promise.all(streams.map(({ answer }) => answer))).toEqual(streams.map(() => null));
    expect(inFlight.most).toBeLessThan(1_000_000);
  });

  it('ends a call in the middle of its message when there is no room for more of it', async () => {
    const { port, client, inFlight } = await start(async () => async () => ok(), 500_000);
    const error = await fail(client, Buffer.alloc(3_000_000));
    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: expect.stringContaining('too many requests') });
    expect(inFlight.most).toBeLessThan(1_000_000);
    await expect.poll(() => inFlight.isFull).toBe(false);
    await call(clientOf(`127.0.0.1:${port}`), Buffer.alloc(1_000));
  });

  it('counts a compressed message as large as it may be while it is unpacked', async () => {
    const { port, inFlight } = await start(async () => async () => ok());
    await call(clientOf(`127.0.0.1:${port}`, 'gzip'), Buffer.alloc(1_000_000));
    expect(inFlight.most).toBeGreaterThan(4 * 1024 * 1024);
  });

  it('answers a failure of the handler as one to try again', async () => {
    const failure = new Error('a defect');
    for (const handler of [async () => () => Promise.reject(failure), () => Promise.reject(failure)]) {
      const { client, log } = await start(handler);
      expect(await fail(client, Buffer.alloc(0))).toMatchObject({ code: status.UNAVAILABLE });
      expect(log.entries).toMatchObject([{ message: 'request failed', fields: { error: failure } }]);
    }
  });

  it('refuses what it has no room for, and has room again when calls have been answered', async () => {
    let answer = () => {};
    const { client, inFlight } = await start(
      async () => () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200, headers: {}, body: new Uint8Array() });
        }),
      1_000,
    );
    const first = call(client, Buffer.alloc(1_000));
    while (inFlight.most === 0) await new Promise(setImmediate);
    expect(await fail(client, Buffer.alloc(0))).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('too many requests at once'),
    });
    answer();
    await first;
    expect(inFlight.isFull).toBe(false);
  });
});

function clientOf(address: string, compression: 'none' | 'gzip' = 'none'): Client {
  const algorithm = compression === 'gzip' ? compressionAlgorithms.gzip : compressionAlgorithms.identity;
  const options = { 'grpc.default_compression_algorithm': algorithm };
  const client = new Client(address, credentials.createInsecure(), options);
  cleanUps.push(() => client.close());
  return client;
}

function keyMetadata(): Metadata {
  const metadata = new Metadata();
  metadata.set('x-api-key', 'k');
  return metadata;
}

const ok = () => ({ status: 200, headers: {}, body: new Uint8Array() });

const asIs = (bytes: Buffer | Uint8Array): Buffer => Buffer.from(bytes);

function call(client: Client, message: Uint8Array, metadata = new Metadata(), path = `${SERVICE}/Export`) {
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(path, asIs, asIs, message, metadata, (error, response) => {
      if (error !== null) reject(error);
      else resolve(response ?? Buffer.alloc(0));
    });
  });
}

async function fail(...args: Parameters<typeof call>): Promise<ServiceError> {
  return call(...args).then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: ServiceError) => error,
  );
}

/** The messages of googleapis: google/rpc/status.proto, google/rpc/error_details.proto, google/protobuf/duration.proto. */
function googleRpc() {
  const { root } = protobuf.parse(`
    syntax = "proto3";
    message Any { string type_url = 1; bytes value = 2; }
    message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
    message Duration { int64 seconds = 1; int32 nanos = 2; }
    message RetryInfo { Duration retry_delay = 1; }
  `);
  return { Status: root.lookupType('Status'), RetryInfo: root.lookupType('RetryInfo') };
}
