import { tenantOfFolder } from '../../lib/archive/layout.ts';
import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import { contentOf, type SpanContent } from './spans.ts';

/** A span in the archive. */
export interface ArchivedSpan {
  /** As `SentSpan.name`. */
  readonly name: string;
  readonly content: string;
}

export interface ArchivedLine {
  readonly key: string;
  readonly seq: number;
  /** The columns that are the same in all lines of a trace. */
  readonly decision: string;
  readonly spans: readonly ArchivedSpan[];
}

interface LineJson {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly (SpanContent & { readonly traceId: string; readonly spanId: string })[];
    }[];
  }[];
  readonly trace_id: string;
  readonly sampling_policy: string;
  readonly sample_weight: number | null;
  readonly seq: number;
}

/** The lines of the archive by the partition key of their trace, read without the readers of the pipeline. */
export function readArchive(objects: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, readonly ArchivedLine[]> {
  const byTrace = new Map<string, ArchivedLine[]>();
  for (const [key, bytes] of objects) {
    const folders = key.split('/').slice(1, -1);
    const tenant = tenantOfFolder(folders[0] ?? '');
    const partition = folders.slice(-2).join('/');
    for (const text of Buffer.from(bytes).toString().split('\n')) {
      if (text === '') continue;
      const json: LineJson = JSON.parse(text);
      const decision = `${partition} ${json.sampling_policy} ${json.sample_weight}`;
      const name = partitionPrefix({ tenant }) + json.trace_id;
      const lines = byTrace.get(name) ?? [];
      byTrace.set(name, lines);
      lines.push({ key, seq: json.seq, decision, spans: spansOf(json) });
    }
  }
  return byTrace;
}

function spansOf({ resourceSpans }: LineJson): readonly ArchivedSpan[] {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map((span) => {
      const copy = span.attributes?.find(({ key }) => key === 'copy')?.value.stringValue;
      return { name: `${span.traceId}/${span.spanId}/${copy}`, content: contentOf(span) };
    });
}
