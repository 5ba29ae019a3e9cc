import { compareText } from '../../otlp/trace/summary.ts';
import type { ArchiveHours } from '../archive-hours.ts';
import type { HourView } from '../hour-view.ts';
import { forEachRow, type KeptTrace, textOf } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, Operation, ReadWindow, Tags } from '../results.ts';
import { KINDS, kindOf, NO_TEXT, type ObjectSummary } from '../summary/object-summary.ts';
import { forEachHour, forEachTrace } from './walk.ts';

/** The services that have a span in a kept trace of the window, by name. */
export async function services(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
): Promise<Coverage & { readonly services: readonly string[] }> {
  const names = new TextsOfSummaries();
  const coverage = await forEachTrace(window, hours, deadline, (trace) =>
    forEachRow(trace, (row, { summary }) => names.add(summary, summary.spans.service[row] as number)),
  );
  return { ...coverage, services: names.sorted() };
}

/** The operations of a service, or of all, by name and kind. */
export async function operations(
  service: string | undefined,
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
): Promise<Coverage & { readonly operations: readonly Operation[] }> {
  const byKind = KINDS.map(() => new TextsOfSummaries());
  const visit = (trace: KeptTrace) =>
    forEachRow(trace, (row, { summary }) => {
      const { spans } = summary;
      if (service !== undefined && textOf(summary, spans.service[row] as number) !== service) return;
      byKind[kindOf(spans.flags[row] as number)]?.add(summary, spans.name[row] as number);
    });
  const coverage = await forEachTrace(window, hours, deadline, visit);
  const found = byKind.flatMap((names, kind) =>
    names.sorted().map((name) => ({ name, kind: KINDS[kind] ?? 'UNSPECIFIED' })),
  );
  return { ...coverage, operations: found.sort((a, b) => compareText(a.name, b.name) || compareText(a.kind, b.kind)) };
}

/** The keys of attributes in the objects of the hours of the window. Hours whose lines are gone have none. */
export async function tags(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
): Promise<Coverage & { readonly tags: Tags }> {
  const [span, resource] = [new Set<string>(), new Set<string>()];
  const add = ({ summaries }: HourView) => {
    for (const { spanKeys, resourceKeys } of summaries) {
      for (const key of spanKeys) span.add(key);
      for (const key of resourceKeys) resource.add(key);
    }
  };
  const coverage = await forEachHour(window, hours, deadline, add, true);
  return { ...coverage, tags: { span: [...span].sort(compareText), resource: [...resource].sort(compareText) } };
}

/** Texts of several objects: each number of an object is looked up once, and not for each span. */
class TextsOfSummaries {
  readonly #texts = new Set<string>();
  #summary: ObjectSummary | undefined;
  #seen: Uint8Array = new Uint8Array();
  readonly #seenBySummary = new Map<ObjectSummary, Uint8Array>();

  add(summary: ObjectSummary, number: number): void {
    if (number === NO_TEXT) return;
    if (summary !== this.#summary) {
      this.#summary = summary;
      this.#seen = this.#seenBySummary.get(summary) ?? new Uint8Array(summary.texts.length);
      this.#seenBySummary.set(summary, this.#seen);
    }
    if (this.#seen[number] === 1) return;
    this.#seen[number] = 1;
    this.#texts.add(summary.texts[number] as string);
  }

  sorted(): string[] {
    return [...this.#texts].sort(compareText);
  }
}
