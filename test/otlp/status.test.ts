import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodeStatus } from '../../lib/otlp/responses.ts';

// https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
const STATUS_PROTO = 'syntax = "proto3"; package google.rpc; message Status { int32 code = 1; string message = 2; }';

describe('encodeStatus', () => {
  const Status = protobuf.parse(STATUS_PROTO).root.lookupType('google.rpc.Status');

  it.each([
    { code: 3, message: 'unexpected wire type 0 at offset 17' },
    { code: 14, message: '' },
    { code: 0, message: 'ü'.repeat(100) },
  ])('writes code $code in protobuf', (status) => {
    expect(encodeStatus('protobuf', status)).toEqual(new Uint8Array(Status.encode(Status.create(status)).finish()));
  });

  it('writes JSON', () => {
    const body = encodeStatus('json', { code: 3, message: 'bad "body"' });
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({ code: 3, message: 'bad "body"' });
  });
});
