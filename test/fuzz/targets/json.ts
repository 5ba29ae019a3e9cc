import assert from 'node:assert/strict';
import { MalformedOtlpError } from '../../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { RejectedSpans } from '../../../lib/otlp/rejected-spans.ts';
import { ODD_SPANS } from '../../support/odd-json.ts';
import { OddIdError, OddJsonError, protobufOfJson } from '../../support/otlp-json-reader.ts';
import { decoded } from '../checks/decoder.ts';
import { type FuzzTarget, outcomeOf } from '../target.ts';

/** The reader of OTLP JSON, against `JSON.parse` and a reader of its objects. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const rejected = new RejectedSpans();
    const ours = outcomeOf(() => protobufFromJson(data, rejected), MalformedOtlpError);
    const text = new TextDecoder().decode(data);
    const theirs = outcomeOf(() => protobufOfJson(text), SyntaxError, OddJsonError);
    if (theirs.error instanceof SyntaxError) {
      assert.ok(ours.error !== undefined, `only Tailgate accepts it: ${theirs.error.message}`);
      return;
    }
    if (theirs.error === undefined && theirs.value === undefined) return;
    if (ours.error !== undefined) {
      assert.ok(theirs.error !== undefined, `only JSON.parse accepts it: ${ours.error.message}`);
      return;
    }
    const read = decoded(ours.value);
    assert.ok(read !== undefined, 'what was read cannot be decoded');
    const message = rejected.message(1, false);
    if (theirs.value !== undefined) assert.deepStrictEqual(read, decoded(theirs.value));
    const { value: regrouped } = outcomeOf(() => regroup(ours.value, rejected), MalformedOtlpError);
    // An ID that is not hex has an impossible length in protobuf.
    const isOdd =
      message !== undefined || (theirs.error instanceof OddIdError && regrouped?.errorMessage !== undefined);
    assert.equal(isOdd, theirs.error !== undefined, `${message}; ${theirs.error?.message}`);
  },
  seeds: () => Object.values(ODD_SPANS).flatMap(({ members }) => (members.length < 1000 ? [request(members)] : [])),
  words: [
    ...[
      '"resourceSpans":[',
      '"scopeSpans":[',
      '"spans":[',
      '"resource":{',
      '"scope":{',
      '"schemaUrl":"',
      '"scope_spans":[',
    ],
    ...['"attributes":[{"key":"', '"value":{', '"stringValue":"', '"intValue":', '"doubleValue":', '"bytesValue":"'],
    ...['"arrayValue":{"values":[', '"kvlistValue":{"values":[', '"traceId":"', '"entityRefs":[{', '"idKeys":['],
    ...['null', 'true', '"NaN"', '"-Infinity"', '1e3', '-0.0', '\\ud83e', '\\u0000', '\ufeff', 'SPAN_KIND_CLIENT'],
  ],
};

function request(members: string): string {
  const ids = '"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"';
  return `{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{"name":"n"},"spans":[{${ids},${members || '"name":""'}}]}]}]}`;
}
