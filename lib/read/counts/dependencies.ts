import type { ArchiveHours } from '../archive-hours.ts';
import type { Deadline } from '../deadline.ts';
import { forEachRow, type KeptTrace, type LineOfTrace, textOf, weightOf } from '../kept-trace.ts';
import type { Coverage, Dependency, ReadWindow } from '../results.ts';
import { hexOf, isRequest, kindOf, ORPHAN, STATUS_ERROR, statusOf } from '../summary/object-summary.ts';
import { byText, forEachTrace, upsert } from './walk.ts';

type Counts = { -readonly [Name in keyof Dependency]: Dependency[Name] };

/** Who calls whom: spans whose parent belongs to another service, as in the query `dependencies`. The most called first. */
export async function dependencies(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
): Promise<Coverage & { readonly dependencies: readonly Dependency[] }> {
  const byParent = new Map<string, Map<string, Counts>>();
  const coverage = await forEachTrace(window, hours, deadline, (trace) => {
    const weight = weightOf(trace);
    forEachCall(trace, (parent, child, isError) => {
      const counts = upsert(
        upsert(byParent, parent, () => new Map<string, Counts>()),
        child,
        () => noCalls(parent, child),
      );
      counts.keptCalls += 1;
      counts.estimatedCalls += weight ?? 1;
      if (weight === null) counts.unknownWeight += 1;
      if (!isError) return;
      counts.keptErrors += 1;
      counts.estimatedErrors += weight ?? 1;
    });
  });
  const found = [...byParent.values()].flatMap((children) => [...children.values()]);
  return {
    ...coverage,
    dependencies: found.sort(
      (a, b) => b.estimatedCalls - a.estimatedCalls || byText(a.parent, b.parent) || byText(a.child, b.child),
    ),
  };
}

function noCalls(parent: string, child: string): Counts {
  return { parent, child, keptCalls: 0, keptErrors: 0, estimatedCalls: 0, estimatedErrors: 0, unknownWeight: 0 };
}

function forEachCall(trace: KeptTrace, visit: (parent: string, child: string, isError: boolean) => void): void {
  let others: Map<string, string | null> | undefined;
  forEachRow(trace, (row, { summary }) => {
    const { spans } = summary;
    const parentRow = spans.parent[row] as number;
    const child = spans.service[row] as number;
    let parentName: string | null | undefined;
    if (parentRow >= 0) {
      if (spans.service[parentRow] === child) return;
      parentName = textOf(summary, spans.service[parentRow] as number);
    } else if (parentRow === ORPHAN && trace.lines.length > 1) {
      others ??= servicesById(trace);
      parentName = others.get(hexOf(spans.parentId, row * 2, 2));
    }
    const childName = textOf(summary, child);
    if (parentName === null || parentName === undefined || childName === null || childName === parentName) return;
    visit(parentName, childName, statusOf(spans.flags[row] as number) === STATUS_ERROR);
  });
}

/** The services of the spans of all lines of a trace, by span ID: where several have one, that of a server, as in `summary-builder.ts`. */
function servicesById(trace: KeptTrace): Map<string, string | null> {
  const found = new Map<string, { readonly isServer: boolean; readonly service: string | null }>();
  forEachRow(trace, (row, { summary }: LineOfTrace) => {
    const { spans } = summary;
    const id = hexOf(spans.spanId, row * 2, 2);
    const service = textOf(summary, spans.service[row] as number);
    const isServer = isRequest(kindOf(spans.flags[row] as number));
    const other = found.get(id);
    const isBetter =
      other === undefined ||
      (isServer && !other.isServer) ||
      (isServer === other.isServer && (service ?? '') > (other.service ?? ''));
    if (isBetter) found.set(id, { isServer, service });
  });
  return new Map([...found].map(([id, { service }]) => [id, service]));
}
