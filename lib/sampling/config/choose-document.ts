import { explainMissing } from './explain-missing.ts';
import { blockPlaces } from './find-block.ts';
import { type ConfigIssue, ConfigIssues } from './issues.ts';
import { nameList } from './name-list.ts';
import type { YamlSource } from './yaml-source.ts';

export type ChosenDocument =
  | { readonly ok: true; readonly source: YamlSource; readonly notes: readonly ConfigIssue[] }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/** The one document of a YAML stream, such as `helm template` prints, that has a `tail_sampling` block. */
export function chooseDocument(documents: readonly YamlSource[]): ChosenDocument {
  const [only, ...more] = documents;
  if (only === undefined) {
    return { ok: false, issues: [{ path: '', message: 'expected a tail_sampling configuration, got nothing' }] };
  }
  const [source, ...others] = documents.filter(({ value }) => blockPlaces(value).length > 0);
  if (source === undefined) {
    if (more.length === 0) {
      const issues = new ConfigIssues(only.lineOf);
      explainMissing(only.value, issues);
      return { ok: false, issues: issues.errors };
    }
    const message = `none of the ${documents.length} documents here (between lines of ---) has a tail_sampling configuration`;
    return { ok: false, issues: [{ path: '', message }] };
  }
  if (others.length > 0) {
    const lines = [source, ...others].map((document) => document.lineOf([]) ?? '?');
    const message = `expected one document with tail_sampling, got ${others.length + 1} (between lines of ---), at lines ${nameList(lines)}; keep one`;
    return { ok: false, issues: [{ path: '', message, ...lineOf(others[0] ?? source) }] };
  }
  if (more.length === 0) return { ok: true, source, notes: [] };
  const message = `of ${documents.length} documents this one is read, because it has tail_sampling`;
  return { ok: true, source, notes: [{ path: '', message, ...lineOf(source) }] };
}

function lineOf(source: YamlSource): { readonly line?: number } {
  const line = source.lineOf([]);
  return line === undefined ? {} : { line };
}
