import { writeResourceSpans } from '../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import type { Trace } from '../../lib/otlp/trace/trace.ts';
import { type ExplainedTrace, explainTrace } from '../../lib/pipeline/explain/explain-trace.ts';
import { reportJson } from '../../lib/pipeline/explain/report-json.ts';
import type { TraceReport } from '../../lib/pipeline/explain/trace-report.ts';
import type { ResourceSpansJson } from '../../lib/read/otlp-json.ts';
import type { ExplainPorts } from '../shared/explain-ports.ts';
import type { ConfigSource } from '../shared/live-config.ts';
import { type PerTenant, perTenant } from '../shared/per-tenant.ts';
import type { ExplanationJson } from './answers.ts';

/** Says where a trace is. @param traceId 32 lower-case hex digits @throws {UnavailableError} */
export type Explain = (traceId: string) => Promise<ExplanationJson>;

/** A larger answer helps nobody, and Lambda lets 4.6 MB through, which this is seldom with gzip. */
const MAX_SPANS_BYTES = 16 * 1024 * 1024;
/** Grows when there is more to write. */
const BUFFER_BYTES = 64 * 1024;

/** The same use case as `tailgate trace`, on the ports of each tenant, by the policies of now. */
export function createExplain(ports: PerTenant<ExplainPorts>, config: ConfigSource): PerTenant<Explain> {
  return perTenant((tenant) => {
    const ofTenant = ports(tenant);
    return async (traceId) =>
      explanationJson(await explainTrace(traceId, { ...ofTenant, config: await config.current() }));
  });
}

function explanationJson({ report, trace }: ExplainedTrace): ExplanationJson {
  if (trace === undefined || isArchived(report)) return reportJson(report);
  const { resourceSpans, left } = spansJson(trace.withoutUnfinishedCopies());
  return { resourceSpans, ...(left > 0 && { spans_left_out: left }), ...reportJson(report) };
}

/** Whether the archive has what has been decided of it: then it is read there. */
function isArchived({ fate }: TraceReport): boolean {
  return fate.state === 'kept' && fate.objects.every(({ state }) => state === 'written');
}

function spansJson(trace: Trace) {
  const out = new JsonWriter(BUFFER_BYTES);
  const written = writeResourceSpans(out, trace, 0, MAX_SPANS_BYTES);
  const resourceSpans: readonly ResourceSpansJson[] = JSON.parse(new TextDecoder().decode(out.take()));
  return { resourceSpans, left: trace.spanCount - written };
}
