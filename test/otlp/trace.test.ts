import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { AttributeTest } from '../../lib/otlp/protobuf/attribute-test.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { field } from '../support/wire-bytes.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('Trace', () => {
  it('has no spans without fragments', () => {
    const trace = Trace.fromFragments(TRACE_ID, []);
    expect(trace).toMatchObject({ traceId: TRACE_ID, spanCount: 0, resourceSpans: [] });
  });

  it('numbers spans through resources, scopes and fragments in order of arrival', () => {
    const trace = traceOf(
      [
        resourceSpans('a', [[span(1, 'one'), span(2, 'two')], [span(3, 'three')]]),
        resourceSpans('b', [[span(4, 'four')]]),
      ],
      [resourceSpans('a', [[span(5, 'five')]])],
    );
    expect(names(trace)).toEqual(['one', 'two', 'three', 'four', 'five']);
    const shape = trace.resourceSpans.map((view) => [
      view.fragment,
      view.firstSpan,
      view.endSpan,
      view.attribute('service.name'),
    ]);
    expect(shape).toEqual([
      [0, 0, 3, 'a'],
      [0, 3, 4, 'b'],
      [1, 4, 5, 'a'],
    ]);
    expect(trace.scopeOf(2).name).toBe('scope 1');
  });

  it('passes over resources and scopes without spans', () => {
    const trace = traceOf([resourceSpans('empty', [[]]), resourceSpans('a', [[], [span(1, 'one')]])]);
    expect(trace.resourceSpans.map((view) => view.attribute('service.name'))).toEqual(['a']);
    expect(trace.scopeOf(0).name).toBe('scope 1');
  });

  describe('of spans that are sent again', () => {
    it('keeps the first, and what else their fragments have', () => {
      const trace = traceOf(
        [resourceSpans('a', [[span(1, 'one'), span(1, 'one')], [span(2, 'two')]])],
        [resourceSpans('a', [[span(1, 'one')], [span(2, 'two'), span(3, 'three')]])],
        [resourceSpans('a', [[span(1, 'one')]])],
      );
      expect(names(trace)).toEqual(['one', 'two', 'three']);
      const views = trace.resourceSpans.map(({ fragment, firstSpan, endSpan }) => [fragment, firstSpan, endSpan]);
      expect(views).toEqual([
        [0, 0, 2],
        [1, 2, 3],
      ]);
      expect([0, 1, 2].map((i) => trace.scopeOf(i).name)).toEqual(['scope 0', 'scope 1', 'scope 1']);
    });

    it('does not mind how they are grouped, nor where their resource and scope stand', () => {
      const resource = field(1, field(1, field(1, 'k'), field(2, field(1, 'v'))));
      const scope = field(1, field(1, 'library'));
      const [one, two] = [field(2, field(2, 'ID-one--'), field(5, 'one')), field(2, field(2, 'ID-two--'))];
      const url = field(3, 'https://opentelemetry.io/schemas/1.21.0');
      const together = field(1, resource, field(2, scope, one, two, url), url);
      const apart = [
        ...field(1, field(2, one, scope, url), resource, url),
        ...field(1, resource, url, field(2, scope, url, two)),
      ];
      const trace = Trace.fromFragments(TRACE_ID, [bytes(...together), bytes(...apart)]);
      expect(trace.spanCount).toBe(2);
    });

    const original = span(1, 'one', { kind: 3, startTimeUnixNano: '7', endTimeUnixNano: '9' });
    it.each([
      { what: 'kind, as Zipkin-style instrumentation makes them', other: { kind: 2 } },
      { what: 'start time', other: { startTimeUnixNano: '8' } },
      { what: 'name', other: { name: 'other' } },
      { what: 'span ID', other: { spanId: Buffer.from('0000000000000009', 'hex') } },
      { what: 'end time', other: { endTimeUnixNano: '10' } },
      { what: 'status', other: { status: { code: 2 } } },
      { what: 'attributes', other: { attributes: [{ key: 'k' }] } },
      { what: 'dropped links', other: { droppedLinksCount: 1 } },
    ])('keeps copies that differ in their $what', ({ other }) => {
      expect(traceOf([resourceSpans('a', [[original, { ...original, ...other }]])]).spanCount).toBe(2);
      expect(traceOf([resourceSpans('a', [[original], [{ ...original, ...other }]])]).spanCount).toBe(2);
    });

    it('keeps copies that differ in a field that OTLP does not know', () => {
      const copy = (unknown: string) => field(1, field(2, field(2, field(2, 'ID-one--'), field(1000, unknown))));
      const trace = Trace.fromFragments(TRACE_ID, [bytes(...copy('a')), bytes(...copy('b')), bytes(...copy('a'))]);
      expect(trace.spanCount).toBe(2);
    });

    it.each([
      { what: 'resource', before: [field(1, field(2, '')), []], after: [[], []] },
      { what: 'scope', before: [[], field(1, field(1, 'a'))], after: [[], field(1, field(1, 'b'))] },
      { what: 'schema URL', before: [field(3, 'a'), []], after: [field(3, 'b'), []] },
      { what: 'place of a field', before: [field(3, 'a'), []], after: [[], field(3, 'a')] },
    ] as const)('keeps copies under another $what', ({ before, after }) => {
      const under = ([ofResource, ofScope]: readonly [readonly number[], readonly number[]]) =>
        bytes(...field(1, ofResource, field(2, ofScope, field(2, field(2, 'ID-one--')))));
      expect(Trace.fromFragments(TRACE_ID, [under(before), under(after), under(before)]).spanCount).toBe(2);
    });

    it('finds them among thousands', () => {
      const many = Array.from({ length: 5000 }, (_, i) => span(1 + (i % 4000), `span ${i % 4000}`));
      expect(traceOf([resourceSpans('scope 0', [many])]).spanCount).toBe(4000);
    });

    it('finds them among thousands of copies that differ, and those that another one begins with', () => {
      // The first 1024 bytes of a long copy are a whole span: where it could be mistaken for a piece.
      const short = bytes(...field(2, 'ID-one--'), ...field(5, 'n'.repeat(1024 - 10 - 3)));
      expect(short.length).toBe(1024);
      const copies = Array.from({ length: 300 }, (_, i) => [...short, ...field(5, `${i}`.padStart(1021, '0'))]);
      // Others of its length, so that it is one of many that collide.
      const asLong = Array.from({ length: 30 }, (_, i) => {
        const other = [...short];
        other[other.length - 1] = i;
        return other;
      });
      const all = [...copies, ...asLong, [...short], ...copies, [...short]].map((copy) => field(2, copy));
      const trace = Trace.fromFragments(TRACE_ID, [Uint8Array.from(field(1, field(2, ...all)))]);
      expect(trace.spanCount).toBe(331);
    });
  });

  it('reads invalid UTF-8 with U+FFFD, and a byte order mark as a character', () => {
    const attribute = bytes(0x0a, 1, 0x6b, 0x12, 5, 0x0a, 3, 0x61, 0xff, 0x62);
    const broken = message(bytes(0x2a, 4, 0xef, 0xbb, 0xbf, 0x80, 0x4a, attribute.length, ...attribute));
    const trace = Trace.fromFragments(TRACE_ID, [broken]);
    expect(trace.name(0)).toBe('\ufeff\ufffd');
    expect(trace.attribute(0, 'k')).toBe('a\ufffdb');
  });

  it('takes a value that is not there, or not for traces, as null', () => {
    const keyOnly = bytes(0x0a, 1, 0x6b);
    const strindex = bytes(0x0a, 1, 0x6c, 0x12, 2, 0x40, 7);
    const fields = [keyOnly, strindex].flatMap((keyValue) => [0x4a, keyValue.length, ...keyValue]);
    const trace = Trace.fromFragments(TRACE_ID, [message(bytes(...fields))]);
    expect([trace.attribute(0, 'k'), trace.attribute(0, 'l'), trace.attribute(0, 'm')]).toEqual([
      null,
      null,
      undefined,
    ]);
  });

  it('tests the first attribute of each resource, also of one in parts', () => {
    const attribute = (key: string, value: string) => field(1, [...field(1, key), ...field(2, field(1, value))]);
    const scopeSpans = field(2, field(2, field(5, 'name')));
    const inParts = [...field(1, attribute('a', '1')), ...scopeSpans, ...field(1, attribute('b', '2'))];
    const again = [...field(1, attribute('a', '3')), ...field(1, attribute('a', '4')), ...scopeSpans];
    const trace = Trace.fromFragments(TRACE_ID, [
      Uint8Array.from([...field(1, scopeSpans), ...field(1, inParts), ...field(1, again)]),
    ]);
    const has = (key: string, value: string) =>
      trace.someResourceAttribute(new AttributeTest(key, (it) => it === value));
    const whole = Trace.fromFragments(TRACE_ID, [
      Uint8Array.from(field(1, [...field(1, attribute('a', '1')), ...scopeSpans])),
    ]);
    expect([has('a', '1'), has('b', '2'), has('a', '3')]).toEqual([true, true, true]);
    expect([has('a', '4'), has('b', '1'), has('c', '1')]).toEqual([false, false, false]);
    expect(whole.someResourceAttribute(new AttributeTest('a', (it) => it === '1'))).toBe(true);
    expect(whole.someResourceAttribute(new AttributeTest('a', (it) => it !== '1'))).toBe(false);
  });

  it('refuses a fragment that is cut off', () => {
    const fragment = encode([resourceSpans('a', [[span(1, 'one')]])]);
    expect(() => Trace.fromFragments(TRACE_ID, [fragment.subarray(0, -3)])).toThrow(MalformedOtlpError);
  });

  it('stays as it is while other traces are read, also large ones, and those that turn out to be damaged', () => {
    const spansOf = (n: number) => Array.from({ length: (n * 37) % 90 }, (_, i) => span(i, `${n}/${i}`));
    const fragments = Array.from({ length: 120 }, (_, n) => encode([resourceSpans(`service ${n}`, [spansOf(n), []])]));
    const large = encode([resourceSpans('large', [Array.from({ length: 2000 }, (_, i) => span(i, `large/${i}`))])]);
    const traces = fragments.map((fragment) => {
      const trace = Trace.fromFragments(TRACE_ID, [fragment, fragment]);
      expect(() => Trace.fromFragments(TRACE_ID, [fragment, fragment.subarray(0, -1)])).toThrow(MalformedOtlpError);
      return trace;
    });
    expect(Trace.fromFragments(TRACE_ID, [large, large]).spanCount).toBe(2000);
    for (const [n, trace] of traces.entries()) {
      expect(names(trace)).toEqual(spansOf(n).map(({ name }) => name));
      expect(names(trace.withoutUnfinishedCopies())).toEqual(names(trace));
      const services = trace.resourceSpans.map((one) => one.attribute('service.name'));
      expect(services).toEqual(trace.spanCount === 0 ? [] : [`service ${n}`]);
    }
  });
});

type SpanProperties = Record<string, unknown>;

function span(id: number, name: string, more: SpanProperties = {}): SpanProperties {
  return { spanId: Buffer.from(id.toString(16).padStart(16, '0'), 'hex'), name, ...more };
}

/** One scope for each list of spans. */
function resourceSpans(service: string, scopes: readonly (readonly SpanProperties[])[]): Record<string, unknown> {
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: scopes.map((spans, i) => ({ scope: { name: `scope ${i}` }, spans })),
  };
}

function encode(groups: readonly Record<string, unknown>[]): Uint8Array {
  return new Uint8Array(TracesData.encode(TracesData.fromObject({ resourceSpans: groups })).finish());
}

function traceOf(...fragments: readonly (readonly Record<string, unknown>[])[]): Trace {
  return Trace.fromFragments(TRACE_ID, fragments.map(encode));
}

function names(trace: Trace): string[] {
  return Array.from({ length: trace.spanCount }, (_, i) => trace.name(i));
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** `TracesData` with one span that has these fields. */
function message(spanFields: Uint8Array): Uint8Array {
  const scopeSpans = bytes(0x12, spanFields.length, ...spanFields);
  const resource = bytes(0x12, scopeSpans.length, ...scopeSpans);
  return bytes(0x0a, resource.length, ...resource);
}
