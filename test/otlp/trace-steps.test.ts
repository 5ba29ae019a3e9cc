import { describe, expect, it } from 'vitest';
import { summarize } from '../../lib/otlp/trace/summary.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { countingBytes } from '../support/counting-bytes.ts';
import { type Bytes, field } from '../support/wire-bytes.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPANS = 600;
/** A span is compared with a dozen others at most. If each were compared with each, it would be several hundred. */
const READS_PER_BYTE = 40;

const ID = field(2, 'ID-one--');
const START = [0x39, 1, 2, 3, 4, 5, 6, 7, 8];
const END = [0x41, 9, 2, 3, 4, 5, 6, 7, 8];
const PREFIX = 'x'.repeat(90);
const number = (i: number) => `${i}`.padStart(8, '0');

/** One fragment; what a list has is in one `ScopeSpans`. */
function fragmentOf(scopes: readonly (readonly Bytes[])[]): Uint8Array {
  const resourceSpans = field(1, ...scopes.map((fields) => field(2, ...fields)));
  return Uint8Array.from(resourceSpans);
}

const each = (make: (i: number) => Bytes) => Array.from({ length: SPANS }, (_, i) => make(i));

describe('Reading a trace takes a bounded number of steps per byte', () => {
  it.each([
    {
      of: 'spans with one ID and start that differ at their end',
      fragment: fragmentOf([each((i) => field(2, ID, START, END, field(5, PREFIX, number(i))))]),
      count: SPANS,
    },
    {
      of: 'unfinished spans with one ID and start, and as many that end',
      fragment: fragmentOf([
        each((i) => field(2, ID, START, field(5, PREFIX, number(i)))),
        each((i) => field(2, ID, START, END, field(5, PREFIX, number(i)))),
      ]),
      count: SPANS,
    },
    {
      of: 'equal spans in scopes that differ at their end',
      fragment: fragmentOf(
        each((i) => field(1, field(1, PREFIX, number(i)))).map((scope) => [scope, field(2, ID, START, END)]),
      ),
      count: SPANS,
    },
    {
      of: 'equal spans',
      fragment: fragmentOf([each(() => field(2, ID, START, END, field(5, PREFIX)))]),
      count: 1,
    },
  ])('of $of', ({ fragment, count }) => {
    const { bytes, reads } = countingBytes(fragment);
    const trace = Trace.fromFragments(TRACE_ID, [bytes]).withoutUnfinishedCopies();
    expect(trace.spanCount).toBe(count);
    expect(reads() / fragment.length).toBeLessThan(READS_PER_BYTE);
  });

  it.each([
    { member: 5, of: 'a list' },
    { member: 6, of: 'a key-value list' },
  ])('and so does reading $of that comes in parts', ({ member }) => {
    const parts = each((i) => field(member, field(1, member === 5 ? field(1, number(i)) : field(1, number(i)))));
    const attribute = field(9, field(1, 'k'), field(2, ...parts));
    const { bytes, reads } = countingBytes(fragmentOf([[field(2, ID, attribute)]]));
    const trace = Trace.fromFragments(TRACE_ID, [bytes]);
    const value = trace.attribute(0, 'k');
    expect(Array.isArray(value) ? value.length : value instanceof Map && value.size).toBe(SPANS);
    // What is joined is copied once, and no longer counts then.
    expect(reads() / bytes.length).toBeLessThan(READS_PER_BYTE);
  });

  it('and so does summing it up, however many spans may be its root', () => {
    const name = 'n'.repeat(5000);
    const root = field(2, field(5, name), ID, START, END);
    const others = each((i) => field(2, ID, START, END, field(5, 'o', number(i))));
    const resource = field(1, field(1, field(1, 'k'), field(2, field(1, 'v'.repeat(5000)))));
    const { bytes, reads } = countingBytes(
      Uint8Array.from([...field(1, resource, field(2, root)), ...field(1, resource, field(2, ...others))]),
    );
    const trace = Trace.fromFragments(TRACE_ID, [bytes]);
    expect(summarize(trace).rootName).toBe(name);
    expect(reads() / bytes.length).toBeLessThan(READS_PER_BYTE);
  });
});
