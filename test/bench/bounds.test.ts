import { expect, test } from 'vitest';
import { corpusOf } from '../../bench/corpora.ts';
import { checkedRegroup } from '../../bench/rows/bounds/checked-regroup.ts';
import { leastLine } from '../../bench/rows/bounds/line.ts';
import { storedTraces } from '../../bench/rows/stored-traces.ts';
import { archiveLines } from '../../lib/archive/line.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';

test.each(['gateway', 'pod'] as const)(
  'the bound of a line writes what the archive does, in traces of a %s',
  (corpus) => {
    const columns = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_795_262_430_000, firstSeq: 0 };
    for (const { traceId, fragments } of storedTraces(corpusOf(corpus, 2_048))) {
      const [line] = archiveLines(Trace.fromFragments(traceId, fragments), columns);
      expect(Buffer.from(leastLine({ traceId, fragments }, columns)).toString()).toBe(
        Buffer.from(line ?? []).toString(),
      );
    }
  },
);

test('the bound of the first request validates: a request with a damaged attribute is refused', () => {
  const [request] = corpusOf('gateway', 64);
  const bytes = new Uint8Array(request?.protobuf ?? []);
  expect(checkedRegroup(bytes).spanCount).toBe(regroup(bytes).spanCount);
  // Before its key are its tag and length, and the key's.
  const attribute = Buffer.from(bytes).indexOf('http.route') - 4;
  expect(bytes[attribute]).toBe(0x4a);
  for (const [offset, value] of [
    [attribute, 0x4b], // a wire type that does not exist
    [attribute + 1, 0x7f], // an attribute that is longer than its key and value
    [attribute + 2, 0x1a], // not the tag of a key
  ] as const) {
    const damaged = bytes.with(offset, value);
    expect(() => checkedRegroup(damaged), `${offset}: ${value}`).toThrow();
  }
});
