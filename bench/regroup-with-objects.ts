import { opentelemetry } from '../proto/generated/otlp.js';

const { ResourceSpans, ScopeSpans, TracesData } = opentelemetry.proto.trace.v1;
type ExportTraceServiceRequest = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
type ResourceSpans = opentelemetry.proto.trace.v1.ResourceSpans;

/** What regroup does, with objects, after decoding: group, encode one `TracesData` per trace. */
export function regroupWithObjects({ resourceSpans: all }: ExportTraceServiceRequest): Uint8Array[] {
  const traces = new Map<string, ResourceSpans[]>();
  for (const resourceSpans of all) {
    for (const scopeSpans of resourceSpans.scopeSpans ?? []) {
      for (const span of scopeSpans.spans ?? []) {
        const traceId = Buffer.from(span.traceId ?? []).toString('hex');
        const groups = traces.get(traceId) ?? [];
        traces.set(traceId, groups);
        let group = groups.at(-1);
        if (group?.resource !== resourceSpans.resource) {
          group = ResourceSpans.create({ ...resourceSpans, scopeSpans: [] });
          groups.push(group);
        }
        let scopeGroup = group?.scopeSpans.at(-1);
        if (scopeGroup?.scope !== scopeSpans.scope) {
          scopeGroup = ScopeSpans.create({ ...scopeSpans, spans: [] });
          group?.scopeSpans.push(scopeGroup);
        }
        scopeGroup?.spans?.push(span);
      }
    }
  }
  return [...traces.values()].map((resourceSpans) => TracesData.encode({ resourceSpans }).finish());
}
