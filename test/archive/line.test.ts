import { describe, expect, it } from 'vitest';
import { archiveLines, MAX_LINE_BYTES } from '../../lib/archive/line.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { buildTrace, EPOCH_MS, encodeFragment, TRACE_ID } from '../support/build-trace.ts';
import { tracesToJson } from '../support/otlp-json-oracle.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
// 2023-11-14 22:13:20 UTC is second 1,700,000,000.
const COLUMNS = { policy: 'slow', adjustedCount: 12.5, decidedAtMs: EPOCH_MS + 31_007, firstSeq: 0 };
const CHILD = { parentSpanId: '00000000000000aa' };

describe('archiveLines', () => {
  it('writes a trace as one line: OTLP first, then the columns', () => {
    const fragment = [
      { resource: { 'service.name': 'gateway' }, spans: [{ name: 'GET /cart', startMs: 5, endMs: 17.25 }] },
      { resource: { 'service.name': 'cart' }, spans: [{ ...CHILD, startMs: 6, endMs: 9, status: 'ERROR' as const }] },
    ];
    const lines = archiveLines(buildTrace([fragment]), COLUMNS).map(textOf);
    const otlp = JSON.stringify({ resourceSpans: tracesToJson(TracesData.decode(encodeFragment(fragment, TRACE_ID))) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(JSON.parse(otlp));
    expect(lines).toEqual([expect.stringMatching(/^\{"resourceSpans":\[\{"resource":/)]);
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    expect(lines[0]?.slice(lines[0].indexOf(',"trace_id"'))).toBe(
      `,"trace_id":"${TRACE_ID}","start_time":"2023-11-14 22:13:20.005","duration_ms":12.25,` +
        '"root_service":"gateway","root_name":"GET /cart","services":["cart","gateway"],"span_count":2,' +
        '"error_count":1,"status":"ERROR","sampling_policy":"slow","sample_weight":12.5,' +
        '"decided_at":"2023-11-14 22:13:51.007","seq":0}\n',
    );
  });

  it('writes null for what is not known', () => {
    const trace = buildTrace([[{ spans: [{ name: '', startTimeUnixNano: 0n, endTimeUnixNano: 0n }] }]]);
    const [line] = parse(archiveLines(trace, { ...COLUMNS, adjustedCount: null }));
    const unknown = { sample_weight: null, start_time: null, duration_ms: null, root_service: null, root_name: null };
    expect(line).toMatchObject({ ...unknown, services: [] });
  });

  it('keeps quotes and line feeds in names out of the format', () => {
    const trace = buildTrace([[{ resource: { 'service.name': 'a"\n' }, spans: [{ name: '\\"\n\u2028' }] }]]);
    const [line] = parse(archiveLines(trace, { ...COLUMNS, policy: 'a "policy"\n' }));
    expect(line).toMatchObject({ root_service: 'a"\n', root_name: '\\"\n\u2028', sampling_policy: 'a "policy"\n' });
  });

  describe('with fragments that are in the archive already', () => {
    const early = [{ resource: { 'service.name': 'a' }, spans: [{ name: 'root', startMs: 0, endMs: 10 }] }];
    const late = [{ resource: { 'service.name': 'b' }, spans: [{ ...CHILD, name: 'late', startMs: 5, endMs: 50 }] }];

    it('writes only the others, with columns of the whole trace', () => {
      const [line, ...rest] = parse(
        archiveLines(buildTrace([early, late]), { ...COLUMNS, firstSeq: 1, skipFragments: 1 }),
      );
      expect(rest).toEqual([]);
      expect(spanNames(line)).toEqual(['late']);
      expect(line).toMatchObject({ seq: 1, span_count: 2, duration_ms: 50, root_name: 'root', services: ['a', 'b'] });
    });

    it('leaves out late spans that are duplicates of those', () => {
      const bytes = [encodeFragment(early, TRACE_ID), encodeFragment(late, TRACE_ID, 1)] as const;
      const both = Buffer.concat([bytes[0], bytes[1]]);
      const trace = Trace.fromFragments(TRACE_ID, [bytes[0], both]);
      expect(spanNames(parse(archiveLines(trace, { ...COLUMNS, skipFragments: 1 }))[0])).toEqual(['late']);
    });

    it('writes no line when nothing remains', () => {
      const fragment = encodeFragment(early, TRACE_ID);
      const trace = Trace.fromFragments(TRACE_ID, [fragment, fragment]);
      expect(archiveLines(trace, { ...COLUMNS, skipFragments: 1 })).toEqual([]);
      expect(archiveLines(trace, { ...COLUMNS, skipFragments: 2 })).toEqual([]);
    });
  });

  describe('with unfinished copies of spans', () => {
    const job = { spanId: '00000000000000a1', name: 'job', startMs: 0 };
    const started = [{ resource: { 'service.name': 'old' }, spans: [{ ...job, endTimeUnixNano: 0n }] }];
    const ended = [{ resource: { 'service.name': 'new' }, spans: [{ ...job, endMs: 9, status: 'ERROR' as const }] }];
    const linesOf = (fragments: Parameters<typeof buildTrace>[0], skipFragments: number) =>
      parse(archiveLines(buildTrace(fragments), { ...COLUMNS, skipFragments }));

    it('leaves them out, and out of the columns', () => {
      for (const fragments of [
        [started, ended],
        [ended, started],
      ]) {
        expect(linesOf(fragments, 0)).toMatchObject([
          { span_count: 1, error_count: 1, duration_ms: 9, services: ['new'], root_service: 'new' },
        ]);
      }
    });

    it('writes a finished one also after the unfinished one, but not the other way round', () => {
      expect(linesOf([started, ended], 1)).toMatchObject([{ span_count: 1, services: ['new'] }]);
      expect(linesOf([ended, started], 1)).toEqual([]);
    });

    it('writes them as long as no finished one is there', () => {
      const beat = [{ spans: [{ ...job, endTimeUnixNano: 0n, attributes: { progress: 1n } }] }];
      expect(linesOf([started, beat], 0)).toMatchObject([{ span_count: 2 }]);
      expect(linesOf([started, beat], 1)).toMatchObject([{ span_count: 2 }]);
    });
  });

  describe('of a trace that is too large for one line', () => {
    const text = (bytes: number) => 'x'.repeat(bytes);
    const fragments = Array.from({ length: 3 }, (_, f) =>
      Array.from({ length: 2 }, (_, r) => ({
        resource: { 'service.name': `service ${r}` },
        spans: Array.from({ length: 400 }, (_, i) => ({
          ...CHILD,
          name: `${f}-${r}-${i}`,
          attributes: { body: text(4000 + i) },
        })),
      })),
    );

    it('loses and repeats nothing, in order, on lines below the limit', () => {
      const lines = archiveLines(buildTrace(fragments), COLUMNS);
      expect(lines.length).toBe(3);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
      // The next span would not have fitted on any line but the last.
      for (const line of lines.slice(0, -1)) expect(line.length).toBeGreaterThan(MAX_LINE_BYTES - 6000);
      const parsed = parse(lines);
      const expected = fragments.flat().flatMap(({ spans }) => spans.map((span) => span.name));
      expect(parsed.flatMap(spanNames)).toEqual(expected);
      expect(parsed.map((line) => [line['seq'], line['span_count']])).toEqual([0, 1, 2].map((seq) => [seq, 2400]));
      expect(services(parsed[1])).toContain('service 1');
    });

    it('goes on from the first sequence number', () => {
      const lines = parse(archiveLines(buildTrace(fragments), { ...COLUMNS, firstSeq: 7, skipFragments: 1 }));
      expect(lines.map((line) => line['seq'])).toEqual([7, 8]);
      expect(lines.flatMap(spanNames)[0]).toBe('1-0-0');
    });

    // Sizes of spans in hundredths of a line, for each scope of each resource; schema URLs of 4 % of a line.
    it.each([
      { when: 'spans end in time', groups: [{ scopes: [[30, 30, 30]] }], shape: [[[3]]] },
      {
        when: 'the schema URL of a scope follows',
        groups: [{ scopes: [[32, 32, 33]], url: 's' }],
        shape: [[[2]], [[1]]],
      },
      { when: 'that of a resource follows', groups: [{ scopes: [[32, 32, 33]], url: 'r' }], shape: [[[2]], [[1]]] },
      { when: 'a scope does not fit', groups: [{ scopes: [[40, 40], [40]] }], shape: [[[2]], [[1]]] },
      { when: 'a resource does not fit', groups: [{ scopes: [[40, 40]] }, { scopes: [[40]] }], shape: [[[2]], [[1]]] },
      { when: 'a scope fits in part', groups: [{ scopes: [[40], [40, 40]] }], shape: [[[1, 1]], [[1]]] },
    ])('cuts lines where they must be when $when', ({ groups, shape }) => {
      const percent = (count: number) => text(Math.floor((MAX_LINE_BYTES / 100) * count));
      const resourceSpans = groups.map(({ scopes, ...group }, r) => ({
        scopeSpans: scopes.map((sizes, s) => ({
          spans: sizes.map((size, i) => ({ spanId: Uint8Array.of(r, s, i), traceState: percent(size) })),
          ...('url' in group && group.url === 's' ? { schemaUrl: percent(4) } : {}),
        })),
        ...('url' in group && group.url === 'r' ? { schemaUrl: percent(4) } : {}),
      }));
      const bytes = TracesData.encode(TracesData.fromObject({ resourceSpans })).finish();
      const lines = archiveLines(Trace.fromFragments(TRACE_ID, [bytes]), COLUMNS);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
      const written = parse(lines).map((line) =>
        line.resourceSpans?.map(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans.length)),
      );
      expect(written).toEqual(shape);
    });

    it('gives a span that is larger than a line its own line', () => {
      const spans = [{ name: 'a' }, { name: 'b', attributes: { body: text(MAX_LINE_BYTES) } }, { name: 'c' }];
      const lines = parse(archiveLines(buildTrace([[{ spans }]]), COLUMNS));
      expect(lines.map(spanNames)).toEqual([['a'], ['b'], ['c']]);
    });

    it('does not repeat a huge resource for every span', () => {
      const spans = Array.from({ length: 300 }, (_, i) => ({ name: `s${i}`, attributes: { body: text(20_000) } }));
      const trace = buildTrace([[{ resource: { blob: text(MAX_LINE_BYTES) }, spans }]]);
      const lines = archiveLines(trace, COLUMNS);
      expect(lines.length).toBe(2);
      expect(parse(lines).flatMap(spanNames).length).toBe(300);
    });

    it('does not repeat a huge name for every span', () => {
      const spans = Array.from({ length: 300 }, () => ({ attributes: { body: text(10_000) } }));
      const trace = buildTrace([[{ spans: [{ name: text(MAX_LINE_BYTES / 2) }, ...spans] }]]);
      const lines = archiveLines(trace, COLUMNS);
      expect(lines.length).toBe(3);
      expect(parse(lines).flatMap(spanNames).length).toBe(301);
    });

    it('does not repeat many services more often than there are spans of their size', () => {
      // 8 MiB of services and as much of other things: with a line for each 2 MiB of these 16, columns alone would be 64 MiB.
      const mebibyte = 1024 * 1024;
      const services = Array.from({ length: 1024 }, (_, i) => ({
        resource: { 'service.name': `${i}-${text(8192)}` },
        spans: [{ attributes: { body: text(8192) } }],
      }));
      const lines = archiveLines(buildTrace([services]), COLUMNS);
      const bytes = lines.reduce((sum, line) => sum + line.length, 0);
      // Columns with at most as much as the spans, and those of the last line.
      expect(bytes).toBeLessThan((16 + 16 + 8 + 2) * mebibyte);
      expect(parse(lines).flatMap(spanNames).length).toBe(1024);
    });
  });
});

type Line = Record<string, unknown> & { resourceSpans?: ResourceSpansJson[] };

interface ResourceSpansJson {
  readonly resource: { readonly attributes: readonly { readonly value: { readonly stringValue?: string } }[] };
  readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[];
}

function textOf(line: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(line);
}

function parse(lines: readonly Uint8Array[]): Line[] {
  return lines.map((line) => JSON.parse(textOf(line)));
}

function spanNames(line: Line | undefined): string[] {
  return (line?.resourceSpans ?? []).flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => span.name)),
  );
}

function services(line: Line | undefined): (string | undefined)[] {
  return (line?.resourceSpans ?? []).map(({ resource }) => resource.attributes[0]?.value.stringValue);
}
