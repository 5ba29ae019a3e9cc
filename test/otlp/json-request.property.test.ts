import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { encodeRequest, exportRequests } from '../support/otlp-arbitraries.ts';
import { toOtlpJson } from '../support/otlp-json.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const RUNS = { numRuns: 150 };

describe('protobufFromJson', () => {
  it('gives the canonical encoding of the same request', () => {
    fc.assert(
      fc.property(exportRequests({ invalidIds: true }), fc.constantFrom(undefined, 2, '\t\r\n '), (request, indent) => {
        const body = new TextEncoder().encode(JSON.stringify(toOtlpJson(request), undefined, indent));
        expect(protobufFromJson(body)).toEqual(encodeRequest(request));
      }),
      RUNS,
    );
  });

  it('gives the same bytes whatever the order of the keys, with unknown keys and nulls between them', () => {
    fc.assert(
      fc.property(exportRequests(), fc.infiniteStream(fc.nat()), (request, randoms) => {
        const body = new TextEncoder().encode(JSON.stringify(disturbed(toOtlpJson(request), randoms)));
        expect(protobufFromJson(body)).toEqual(encodeRequest(request));
      }),
      RUNS,
    );
  });

  it('leads to the same fragments as the protobuf encoding', () => {
    fc.assert(
      fc.property(exportRequests({ invalidIds: true }), (request) => {
        const body = new TextEncoder().encode(JSON.stringify(toOtlpJson(request)));
        expect(regroup(protobufFromJson(body))).toEqual(regroup(encodeRequest(request)));
      }),
      RUNS,
    );
  });

  it('accepts exactly the damaged texts that are JSON, or throws MalformedOtlpError', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\u0eE-. ntx\n')), { maxLength: 3 });
    fc.assert(
      fc.property(exportRequests(), damage, fc.option(fc.nat()), (request, edits, cut) => {
        const text = [...JSON.stringify(toOtlpJson(request))];
        for (const [at, character] of edits) text[at % text.length] = character;
        if (cut !== null) text.length = Math.min(text.length, cut % (text.length + 1));
        expectErrorOrDecodable(text.join(''));
      }),
      { numRuns: 400 },
    );
  });

  it('never accepts what is no JSON as a value of an unknown key', () => {
    const json = fc.json({ maxDepth: 3 });
    const edits = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\u0eE-. ntx\n'));
    fc.assert(
      fc.property(json, fc.option(edits), (value, edit) => {
        const text = [...value];
        if (edit !== null) text[edit[0] % text.length] = edit[1];
        const body = `{"unknown":${text.join('')}}`;
        expect(outcome(body)).toBe(isJson(body) ? 'accepted' : 'refused');
      }),
      { numRuns: 1000 },
    );
  });
});

function outcome(text: string): 'accepted' | 'refused' {
  try {
    ExportTraceServiceRequest.decode(protobufFromJson(new TextEncoder().encode(text)));
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return 'refused';
  }
}

function expectErrorOrDecodable(text: string): void {
  if (outcome(text) === 'accepted') expect(isJson(text)).toBe(true);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The same value with its keys in another order, and keys that mean nothing between them. */
function disturbed(value: unknown, randoms: fc.Stream<number>): unknown {
  if (Array.isArray(value)) return value.map((element) => disturbed(element, randoms));
  if (typeof value !== 'object' || value === null) return value;
  const next = () => randoms.next().value ?? 0;
  const entries = Object.entries(value).map(([key, member]): [number, string, unknown] => [
    next(),
    key,
    disturbed(member, randoms),
  ]);
  entries.push([next(), 'unknown', { traceId: ['x', { y: null }], n: -1.5e3, t: true }], [next(), 'x\n"', null]);
  if (!('droppedAttributesCount' in value)) entries.push([next(), 'droppedAttributesCount', null]);
  return Object.fromEntries(entries.sort((a, b) => a[0] - b[0]).map(([, key, member]) => [key, member]));
}
