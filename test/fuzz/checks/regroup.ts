import assert from 'node:assert/strict';
import { MalformedOtlpError } from '../../../lib/otlp/errors.ts';
import { type RegroupedRequest, regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { byTrace, flatSpans, hasValidIds } from '../../support/flat-spans.ts';
import { outcomeOf } from '../target.ts';
import { decoded } from './decoder.ts';

/** What Tailgate refuses, and protobufjs reads (docs/receiving.md, "Against other protobuf readers"). */
const STRICTER = [
  /unexpected wire type [0-5] \(/,
  /unsupported wire type [34] of field/,
  /nested deeper than 32 levels/,
  /expected a varint of at most 10 bytes/,
];

/** Regroups a request and compares what comes out with what protobufjs reads of it. */
export function checkRegroup(body: Uint8Array): RegroupedRequest | undefined {
  const { value: ours, error } = outcomeOf(() => regroup(body), MalformedOtlpError);
  const theirs = decoded(body, { unknownFields: true });
  if (ours === undefined) {
    assert.ok(theirs === undefined || isStricter(error?.message), `only protobufjs accepts it: ${error?.message}`);
    return undefined;
  }
  const spans = ours.fragments.flatMap(({ traceId, payload, spanCount }) => {
    const fragment = decoded(new Uint8Array(payload), { unknownFields: true });
    assert.ok(fragment !== undefined, 'a fragment cannot be decoded');
    const inFragment = flatSpans(fragment);
    assert.equal(inFragment.length, spanCount);
    for (const span of inFragment) assert.equal(span.traceId, traceId);
    return inFragment;
  });
  assert.equal(spans.length, ours.spanCount);
  const { rejectedSpanCount, errorMessage = '' } = ours;
  if (theirs === undefined) {
    // A fault that costs us a span, or the spans around it, costs protobufjs the request.
    assert.ok(/that cannot be read|ignored where spans should be/.test(errorMessage), 'only Tailgate accepts it');
    return ours;
  }
  const all = flatSpans(theirs);
  const valid = all.filter(({ span }) => hasValidIds(span));
  const isOnlyIds = !/that cannot be read|ignored where spans should be/.test(errorMessage);
  if (rejectedSpanCount === 0 || isOnlyIds) {
    assert.equal(rejectedSpanCount, all.length - valid.length, errorMessage);
    assert.deepStrictEqual(byTrace(spans), byTrace(valid));
  } else {
    assert.ok(isStricter(errorMessage), `only protobufjs accepts all of it: ${errorMessage}`);
  }
  return ours;
}

function isStricter(message = ''): boolean {
  return STRICTER.some((kind) => kind.test(message));
}
