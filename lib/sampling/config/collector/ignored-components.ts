import { didYouMean } from '../../../text/nearest-name.ts';
import type { ConfigIssues } from '../issues.ts';
import type { OptionsReader } from '../options-reader.ts';
import type { Component } from './pipelines.ts';

/**
 * The kinds of components that a Collector runs together with `tail_sampling`, and the lists of those that Tailgate may
 * ignore.
 */
const LISTS = {
  processor: 'ignore_processors',
  connector: 'ignore_connectors',
  exporter: 'ignore_exporters',
} as const;

export type ComponentKind = keyof typeof LISTS;

const KINDS: readonly ComponentKind[] = ['processor', 'connector', 'exporter'];

/** The names in `tailgate: { ignore_processors, ignore_connectors, ignore_exporters }`, each with its place. */
export type IgnoredComponents = Readonly<Record<ComponentKind, readonly Component[]>>;

export function readIgnoredComponents(tailgate: OptionsReader): IgnoredComponents {
  const read = (kind: ComponentKind) => {
    const key = LISTS[kind];
    const names = tailgate.strings(key).map((id, i) => ({ id: id.trim(), path: [...tailgate.path, key, i] }));
    // A value that is not a string has been reported.
    return tailgate.hasFailed(key) ? names.filter(({ id }) => id !== '') : names;
  };
  return { processor: read('processor'), connector: read('connector'), exporter: read('exporter') };
}

/** `tailgate: { ignore_processors: [redaction] }`. */
export function toIgnore(kind: ComponentKind, id: string): string {
  return `tailgate: { ${LISTS[kind]}: [${id}] }`;
}

/** Reports names that are listed twice and names without a component, because they may be misspelt or outdated. */
export function reportUselessNames(
  ignored: IgnoredComponents,
  present: Readonly<Record<ComponentKind, readonly string[]>>,
  issues: ConfigIssues,
): void {
  for (const kind of KINDS) {
    const seen = new Set<string>();
    for (const { id, path } of ignored[kind]) {
      if (seen.has(id)) issues.error(path, `"${id}" is already listed; remove one of them`);
      else if (!present[kind].includes(id)) {
        issues.error(path, `tail_sampling has no ${kind} "${id}" in its pipelines${hintFor(id, kind, present, seen)}`);
      }
      seen.add(id);
    }
  }
}

function hintFor(
  id: string,
  kind: ComponentKind,
  present: Readonly<Record<ComponentKind, readonly string[]>>,
  seen: ReadonlySet<string>,
): string {
  const other = KINDS.find((candidate) => present[candidate].includes(id));
  if (other !== undefined) return `; move it to ${LISTS[other]}`;
  const unlisted = present[kind].filter((name) => !seen.has(name));
  return didYouMean(id, unlisted) || '; remove it';
}
