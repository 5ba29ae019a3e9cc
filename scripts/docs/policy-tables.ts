import { BLOCK_OPTIONS, IGNORED_BLOCK_OPTIONS } from '../../lib/sampling/config/parse-block.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { OptionDescription, PolicyDefinition } from '../../lib/sampling/policy.ts';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';
import { markdownTable } from './generated-blocks.ts';

/** Whether a policy of type `outer` takes one of type `inner`. The parser is asked: it says so at the type of the inner. */
function allowsInside(outer: string, inner: string): boolean {
  const inside = { name: 'inner', type: inner };
  const key = `${outer}_sub_policy`;
  const options = { [key]: outer === 'not' ? inside : [inside] };
  const result = parseSamplingConfig(JSON.stringify({ policies: [{ name: 'outer', type: outer, [outer]: options }] }));
  const refusal = new RegExp(`\\.${key}(\\[0\\])?\\.type$`);
  return result.ok || !result.issues.some(({ path }) => refusal.test(path));
}

const DEFINITIONS: readonly PolicyDefinition[] = POLICY_DEFINITIONS;

/** The generated blocks of docs/policies.md, by name. */
export function policyTables(): ReadonlyMap<string, string> {
  return new Map([
    ['types', typeList()],
    ['top-level options', optionTable(BLOCK_OPTIONS)],
    ['ignored options', ignoredTable(IGNORED_BLOCK_OPTIONS)],
    ['nesting', nestingTable()],
    ...DEFINITIONS.map(({ type, options }): [string, string] => [
      `options of ${type}`,
      options.length === 0 ? 'No options.' : optionTable(options),
    ]),
  ]);
}

function typeList(): string {
  return DEFINITIONS.map(({ type }) => `[\`${type}\`](#${type})`).join(' · ');
}

function optionTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ key, type, default: byDefault, meaning }) => [
    code(key),
    type,
    byDefault === undefined ? 'required' : code(byDefault),
    meaning,
  ]);
  return markdownTable(['option', 'type', 'default', 'meaning'], rows);
}

function ignoredTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ key, meaning }) => [code(key), meaning]);
  return markdownTable(['option', 'what happens instead'], rows);
}

/** Which policies may stand in which, as the parser has it. */
function nestingTable(): string {
  const combinators = DEFINITIONS.filter(({ isCombinator }) => isCombinator);
  const plain = DEFINITIONS.filter(({ isCombinator }) => !isCombinator);
  const rows = combinators.map(({ type: outer }) => [
    code(outer),
    plain.every(({ type }) => allowsInside(outer, type)) ? 'yes' : 'some',
    ...combinators.map(({ type }) => (allowsInside(outer, type) ? 'yes' : 'no')),
  ]);
  return markdownTable(['takes', 'all other types', ...combinators.map(({ type }) => code(type))], rows);
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
