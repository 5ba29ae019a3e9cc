import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RequestTooLargeError } from '../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { MAX_TRACES, RegroupScan } from '../../lib/otlp/regroup/scan.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { HOSTILE_BODIES } from '../support/hostile-bodies.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** docs/receiving.md promises 20 bytes of memory for a byte of the body. A number in an array is 8 bytes, and arrays grow by half. */
const MAX_BYTES_PER_BYTE = 20;
const BYTES_PER_NUMBER = 8 * 1.5;

describe('memory', () => {
  it.each(Object.entries(HOSTILE_BODIES))('is bounded by the bytes of the request: %s', (_, { encoding, make }) => {
    const body = make(100_000);
    const protobuf = encoding === 'json' ? protobufFromJson(body) : body;
    const { resources, scopes, spans, spanCount } = RegroupScan.of(protobuf);
    expect(resources.count).toBeLessThanOrEqual(spanCount);
    expect(scopes.count).toBeLessThanOrEqual(spanCount);
    const numbers = resources.cellCount + scopes.cellCount;
    const needed = numbers * BYTES_PER_NUMBER + Math.max(0, spans.byteLength - 8192) + protobuf.buffer.byteLength;
    expect(needed / body.length).toBeLessThan(MAX_BYTES_PER_BYTE);
  });

  it('suffices in a process that has little', () => {
    const mebibytes = 2;
    const program = join(import.meta.dirname, '../support/read-in-little-memory.ts');
    // Node itself takes some 16.
    const heap = `--max-old-space-size=${mebibytes * MAX_BYTES_PER_BYTE + 16}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [heap, program, String(mebibytes * 2 ** 20)], {
      encoding: 'utf8',
    });
    expect({ status, stderr: stderr.slice(0, 1000) }).toEqual({ status: 0, stderr: '' });
    const read = stdout
      .trim()
      .split('\n')
      .map((line): { name: string; messageLength: number } => JSON.parse(line));
    expect(read.map(({ name }) => name)).toEqual(Object.keys(HOSTILE_BODIES));
    for (const { messageLength } of read) expect(messageLength).toBeLessThan(500);
  });

  it('refuses more traces than can be written', () => {
    const span = (trace: number) => {
      const traceId = new Uint8Array(16).fill(1);
      new DataView(traceId.buffer).setUint32(0, trace);
      return { traceId, spanId: traceId.subarray(8) };
    };
    const request = (first: number, end: number) => {
      const spans = Array.from({ length: end - first }, (_, i) => span(first + i));
      return ExportTraceServiceRequest.encode({ resourceSpans: [{ scopeSpans: [{ spans }] }] }).finish();
    };
    const most = request(0, MAX_TRACES);
    expect(regroup(most).fragments.length).toBe(MAX_TRACES);
    // Two requests one after the other are one.
    const one = new Uint8Array([...request(7, 8), ...request(MAX_TRACES, MAX_TRACES + 1)]);
    expect(() => regroup(new Uint8Array(Buffer.concat([most, one])))).toThrow(RequestTooLargeError);
    expect(() => regroup(new Uint8Array(Buffer.concat([most, one])))).toThrow('spans of more than 100000 traces');
  });
});
