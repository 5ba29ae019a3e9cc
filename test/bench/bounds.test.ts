import { expect, test } from 'vitest';
import { corpusOf } from '../../bench/corpora.ts';
import { leastLine } from '../../bench/rows/bounds/line.ts';
import { storedTraces } from '../../bench/rows/stored-traces.ts';
import { lineOfObjects } from '../../bench/rows/with-objects.ts';

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
