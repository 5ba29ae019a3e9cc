import { didYouMean } from '../../text/nearest-name.ts';
import { instancesInUse } from './collector/pipelines.ts';
import { collectorConfigs, instancesOf } from './collector-configs.ts';
import { recogniseMap } from './foreign-maps.ts';
import {
  type ConfigIssue,
  ConfigIssues,
  type ConfigNode,
  type ConfigPath,
  describe,
  formatPath,
  nameList,
} from './issues.ts';
import { BLOCK_KEYS } from './parse-block.ts';
import { isYamlMap, memberOf, nodesInside, type YamlMap } from './yaml-map.ts';
import type { YamlSource } from './yaml-source.ts';

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'];
const EXPECTED =
  'expected a Collector configuration with tail_sampling under processors, a tail_sampling block, or its options';

/** Reports, once, that a document has no `tail_sampling` block, and what it is instead. */
function explainMissing(root: unknown, issues: ConfigIssues): void {
  if (!isYamlMap(root)) {
    issues.error([], `expected a tail_sampling configuration, got ${describe(root)}`);
    return;
  }
  if (Object.hasOwn(root, 'processors') && !isYamlMap(root['processors'])) {
    issues.error(
      ['processors'],
      `expected a map of processors with tail_sampling, got ${describe(root['processors'])}`,
    );
    return;
  }
  const [config] = nodesInside(root, isCollectorLike).filter(({ value, path }) => {
    const isConfig = ['config', 'alternateConfig'].includes(String(path.at(-1)));
    return isCollectorLike(value) || (isConfig && sectionsOf(value) > 0);
  });
  if (isYamlMap(config?.value)) {
    const { processors } = config.value;
    const path = [...config.path, 'processors'];
    if (isYamlMap(processors)) {
      const names = Object.keys(processors);
      const near = names.map((name) => didYouMean(name, ['tail_sampling'])).find((hint) => hint !== '');
      issues.error(path, `no tail_sampling processor here, only ${nameList(names)}${near ?? ''}`);
    } else {
      issues.error(path, `expected a map of processors with tail_sampling, got ${describe(processors)}`);
    }
    return;
  }
  const foreign = recogniseMap(root);
  if (foreign !== undefined) {
    issues.error([foreign.key], foreign.message);
    return;
  }
  const keys = Object.keys(root);
  const near = keys.map((key) => didYouMean(key, ['tail_sampling', 'processors', ...BLOCK_KEYS])).find(Boolean) ?? '';
  issues.error([], `${EXPECTED}; got a map with ${nameList(keys)}${near}`);
}

/** Two sections are required, because each of these words is also a key of other formats. */
function isCollectorLike(value: unknown): boolean {
  return sectionsOf(value) > 1 || isYamlMap(memberOf(value, 'processors'));
}

function sectionsOf(value: unknown): number {
  return isYamlMap(value) ? SECTIONS.filter((section) => Object.hasOwn(value, section)).length : 0;
}

export type ChosenDocument =
  | { readonly ok: true; readonly source: YamlSource; readonly notes: readonly ConfigIssue[] }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/** Chooses the one document of a YAML stream, such as `helm template` prints, that has a `tail_sampling` block. */
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
  const message = `of ${documents.length} documents Tailgate reads this one, because it has tail_sampling`;
  return { ok: true, source, notes: [{ path: '', message, ...lineOf(source) }] };
}

function lineOf(source: YamlSource): { readonly line?: number } {
  const line = source.lineOf([]);
  return line === undefined ? {} : { line };
}

/** A `tail_sampling` block and its place. */
export interface FoundBlock {
  readonly block: ConfigNode;
  /** Such as `tail_sampling/eu`; `tail_sampling` for bare options. */
  readonly instance: string;
  /** The Collector configuration around it; undefined for a block on its own. */
  readonly collector: ConfigNode | undefined;
  /** The map that has the block as a value, such as `processors`; undefined for bare options. */
  readonly siblings: ConfigNode | undefined;
}

/** A place where a document may have its block: a Collector configuration, or the document itself. */
export interface BlockPlace {
  readonly kind: 'collector' | 'block' | 'options';
  readonly node: ConfigNode;
}

/**
 * Finds the places in a document that have a `tail_sampling` block: a Collector configuration
 * (`processors: tail_sampling:`), which is the document itself or inside it; the block on its own; or its bare options.
 */
function blockPlaces(root: unknown): readonly BlockPlace[] {
  if (!isYamlMap(root)) return [];
  if (instancesOf(root).length > 0) return [{ kind: 'block', node: { value: root, path: [] } }];
  const configs = collectorConfigs(root);
  if (configs.length > 0) return configs.map((node) => ({ kind: 'collector', node }));
  const isBare = BLOCK_KEYS.some((key) => Object.hasOwn(root, key));
  return isBare ? [{ kind: 'options', node: { value: root, path: [] } }] : [];
}

/**
 * Finds the one block of a document. If there is none, or more than one, it reports that once and returns undefined.
 */
export function findBlock(root: unknown, issues: ConfigIssues): FoundBlock | undefined {
  const [place, ...others] = blockPlaces(root);
  if (place === undefined) {
    explainMissing(root, issues);
    return undefined;
  }
  if (others.length > 0) {
    const places = [place, ...others].map(({ node }) => formatPath(node.path) || 'the document itself');
    issues.error([], `expected one configuration with tail_sampling, got several: ${nameList(places)}; keep one`);
    return undefined;
  }
  const { node, kind } = place;
  if (kind === 'options') return { block: node, instance: 'tail_sampling', collector: undefined, siblings: undefined };
  const components = kind === 'block' ? node.value : memberOf(node.value, 'processors');
  if (!isYamlMap(components)) return undefined;
  if (kind === 'collector') return findInstance(components, [...node.path, 'processors'], node, issues);
  for (const key of BLOCK_KEYS.filter((blockKey) => Object.hasOwn(components, blockKey))) {
    issues.error([key], 'belongs inside tail_sampling');
  }
  return findInstance(components, [], undefined, issues);
}

/** @param collector says which of several instances is in use */
function findInstance(
  components: YamlMap,
  path: ConfigPath,
  collector: ConfigNode | undefined,
  issues: ConfigIssues,
): FoundBlock | undefined {
  const names = instancesOf(components);
  const used = names.length > 1 ? instancesInUse(collector, names) : names;
  const [instance = ''] = used.length === 1 ? used : names;
  if (used.length !== 1) {
    const advice = used.length > 1 ? 'put the policies of those in use into one' : 'keep one';
    issues.error(path, `expected one tail_sampling processor, got ${names.join(', ')}; ${advice}`);
    return undefined;
  }
  for (const other of names.filter((candidate) => candidate !== instance)) {
    issues.warn([...path, other], `is not read: no pipeline of service.pipelines names it, one names ${instance}`);
  }
  const block = { value: components[instance], path: [...path, instance] };
  return { block, instance, collector, siblings: { value: components, path } };
}
