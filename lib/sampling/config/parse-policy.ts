import { didYouMean } from '../../text/nearest-name.ts';
import type { ParseSubPolicy, Policy, PolicyContext, PolicyDefinition } from '../policy.ts';
import { POLICY_DEFINITIONS } from '../registry.ts';
import type { ConfigIssues, ConfigNode } from './issues.ts';
import { OptionsReader } from './options-reader.ts';

const DEFINITIONS: readonly PolicyDefinition[] = POLICY_DEFINITIONS;
const ALL_TYPES = DEFINITIONS.map(({ type }) => type);

type Nesting = Parameters<ParseSubPolicy>[1] & { readonly parentKey: string };

/**
 * Reads one policy, at top level or in a combinator. Undefined if it cannot be built; the reason has then been
 * reported.
 */
export function parsePolicy(
  node: ConfigNode,
  issues: ConfigIssues,
  languages: PolicyContext['languages'],
  nesting?: Nesting,
): Policy | undefined {
  const options = new OptionsReader(node, issues);
  const name = options.string('name');
  if (name === '' && nesting === undefined && !options.hasFailed('name')) {
    options.error('name', 'expected a name that is not empty');
  }
  const definition = readDefinition(options, nesting);
  if (definition === undefined) return undefined;

  const { type } = definition;
  const key = nesting === undefined ? withoutSeparators(name) : `${nesting.parentKey}/${positionOf(node)}`;
  const block = options.map(type);
  const policy = definition.parse(block, {
    name,
    inside: nesting?.inside,
    key,
    languages,
    parsePolicy: (subNode, subNesting) => parsePolicy(subNode, issues, languages, { ...subNesting, parentKey: key }),
  });
  block.finish();
  if (options.has(type) || definition.options.length === 0) ignoreOtherBlocks(options, type);
  options.finish((key) => (ALL_TYPES.includes(key) ? `does not belong to a policy of type "${type}"` : undefined));
  return policy;
}

/**
 * The Collector does not read them. If a policy does not have its own block either, its type is more likely wrong, and
 * the block is an error.
 */
function ignoreOtherBlocks(options: OptionsReader, type: string): void {
  for (const other of ALL_TYPES) {
    if (other !== type) options.ignoreMap(other, `a policy of type "${type}" does not read it`);
  }
}

function withoutSeparators(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F').replaceAll('#', '%23');
}

/** The position in the list of its combinator; 0 for the one of a `not`. */
function positionOf({ path }: ConfigNode): number {
  const last = path.at(-1);
  return typeof last === 'number' ? last : 0;
}

function readDefinition(options: OptionsReader, nesting: Nesting | undefined): PolicyDefinition | undefined {
  const type = options.word('type', 'a policy type');
  if (options.hasFailed('type')) return undefined;
  const allowed = DEFINITIONS.filter(
    (definition) => nesting === undefined || !definition.isCombinator || nesting.combinators.includes(definition.type),
  );
  const definition = allowed.find((candidate) => candidate.type === type);
  if (definition === undefined) {
    const types = allowed.map((candidate) => candidate.type);
    const hint = didYouMean(type, types) || `, allowed: ${types.join(', ')}`;
    options.error('type', `${problemWith(type, nesting)}${hint}`);
  }
  return definition;
}

function problemWith(type: string, nesting: Nesting | undefined): string {
  if (type === '') return 'expected a policy type';
  const isKnown = DEFINITIONS.some((definition) => definition.type === type);
  return isKnown && nesting ? `"${type}" cannot be used inside "${nesting.inside}"` : `unknown policy type "${type}"`;
}
