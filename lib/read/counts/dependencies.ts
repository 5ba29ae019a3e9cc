import { compareText } from '../../otlp/trace/summary.ts';
import type { ArchiveHours } from '../archive-hours.ts';
import { forEachRow, type KeptTrace, type LineOfTrace, textOf, weightOf } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, Dependency, ReadWindow } from '../results.ts';
import { hexOf, isRequest, kindOf, STATUS_ERROR, statusOf } from '../summary/object-summary.ts';
import { forEachTrace, upsert } from './walk.ts';

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
      (a, b) => b.estimatedCalls - a.estimatedCalls || compareText(a.parent, b.parent) || compareText(a.child, b.child),
    ),
  };
}

function noCalls(parent: string, child: string): Counts {
  return { parent, child, keptCalls: 0, keptErrors: 0, estimatedCalls: 0, estimatedErrors: 0, unknownWeight: 0 };
}

function forEachCall(trace: KeptTrace, visit: (parent: string, child: string, isError: boolean) => void): void {
  const callers = trace.lines.length > 1 ? callersById(trace) : undefined;
  forEachRow(trace, (row, { summary }) => {
    const { spans } = summary;
    const parentRow = spans.parent[row] as number;
    const child = spans.service[row] as number;
    let parentName: string | null | undefined;
    if (callers !== undefined) {
      const [id, parentId] = [hexOf(spans.spanId, row * 2, 2), hexOf(spans.parentId, row * 2, 2)];
      parentName = (id === parentId ? callers.clients : callers.all).get(parentId)?.service;
    } else if (parentRow >= 0) {
      // Most calls are inside of a service.
      if (spans.service[parentRow] === child) return;
      parentName = textOf(summary, spans.service[parentRow] as number);
    }
    const childName = textOf(summary, child);
    if (parentName === null || parentName === undefined || childName === null || childName === parentName) return;
    visit(parentName, childName, statusOf(spans.flags[row] as number) === STATUS_ERROR);
  });
}

interface Caller {
  readonly isServer: boolean;
  readonly service: string;
}

/**
 * The services that are called from, by span ID, over all lines of a trace. Where spans share an ID it is that of the server;
 * for a server that names its own ID as its parent, that of the client. `summary-builder.ts` does the same for one line.
 */
function callersById(trace: KeptTrace): Readonly<Record<'all' | 'clients', ReadonlyMap<string, Caller>>> {
  const [all, clients] = [new Map<string, Caller>(), new Map<string, Caller>()];
  forEachRow(trace, (row, { summary }: LineOfTrace) => {
    const { spans } = summary;
    const id = hexOf(spans.spanId, row * 2, 2);
    const service = textOf(summary, spans.service[row] as number);
    if (service === null) return;
    const caller = { isServer: isRequest(kindOf(spans.flags[row] as number)), service };
    if (isBetter(caller, all.get(id))) all.set(id, caller);
    if (!caller.isServer && isBetter(caller, clients.get(id))) clients.set(id, caller);
  });
  return { all, clients };
}

function isBetter(caller: Caller, other: Caller | undefined): boolean {
  if (other === undefined || caller.isServer !== other.isServer) return other === undefined || caller.isServer;
  return caller.service > other.service;
}
