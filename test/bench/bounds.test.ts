import { expect, test } from 'vitest';
import { corpusOf } from '../../bench/corpora.ts';
import { checkedRegroup } from '../../bench/rows/bounds/checked-regroup.ts';
import { leastLine } from '../../bench/rows/bounds/line.ts';
import { storedTraces } from '../../bench/rows/stored-traces.ts';
import { lineOfObjects } from '../../bench/rows/with-objects.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';

test('the bound of a line writes the IDs, names, times and texts of each span', () => {
  const traces = storedTraces(corpusOf('gateway', 128));
  for (const trace of traces) {
    const line = lineOfObjects(trace);
    const { written } = leastLine(trace, line);
    for (const { scopeSpans } of JSON.parse(Buffer.from(line).toString()).resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }: { spans: unknown[] }) => spans)) {
        const { traceId, spanId, name, startTimeUnixNano, endTimeUnixNano, attributes } = span;
        const texts = attributes.flatMap(({ value }: { value: { stringValue?: string } }) => value.stringValue ?? []);
        const short = texts.filter((text: string) => text.length < 64);
        const nanos = [startTimeUnixNano, endTimeUnixNano].map((time: string) => time.slice(-9));
        for (const text of [traceId, spanId, name, ...nanos, ...short]) expect(written.includes(text), text).toBe(true);
      }
    }
  }
});

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
