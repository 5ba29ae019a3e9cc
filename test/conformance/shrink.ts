import {
  type Attributes,
  type Case,
  type CaseSpan,
  type ConfigBlock,
  type ConfigValue,
  type PolicyBlock,
  YamlScalar,
} from './case.ts';
import { compare } from './compare.ts';
import type { Reference } from './reference.ts';

/** Steps after which a case is small enough. */
const MAX_STEPS = 500;
const AT_ONCE = 8;

/**
 * The smallest case found by leaving out one thing after the other, as long as the two sides still differ in the same
 * way: on a trace, or on the configuration.
 */
export async function shrink(reference: Reference, failing: Case, ofConfig: boolean): Promise<Case> {
  const isFailing = async (candidate: Case) => {
    const { differences } = await compare(reference, candidate);
    return differences.some(({ traceId }) => (traceId === undefined) === ofConfig);
  };
  let smallest = failing;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = await firstThat(isFailing, smaller(smallest));
    if (next === undefined) return smallest;
    smallest = next;
  }
  return smallest;
}

/** The first candidate that holds, asked a few at a time. */
async function firstThat<T>(holds: (item: T) => Promise<boolean>, candidates: Iterator<T>): Promise<T | undefined> {
  for (;;) {
    const some = Array.from({ length: AT_ONCE }, () => candidates.next()).flatMap(({ done, value }) =>
      done ? [] : [value as T],
    );
    if (some.length === 0) return undefined;
    const answers = await Promise.all(some.map(holds));
    const first = some.find((_, i) => answers[i]);
    if (first !== undefined) return first;
  }
}

/** Everything that is one step smaller, the largest steps first. */
function* smaller(one: Case): Generator<Case> {
  for (const traces of without(one.traces)) if (traces.length > 0) yield { ...one, traces };
  for (const policies of policyLists(one.config.policies)) yield { ...one, config: { ...one.config, policies } };
  if ('sample_on_first_match' in one.config) yield { ...one, config: { policies: one.config.policies } };
  for (const [i, trace] of one.traces.entries()) {
    for (const spans of smallerList(trace.spans, smallerSpans)) {
      if (spans.length > 0) yield { ...one, traces: one.traces.with(i, { ...trace, spans }) };
    }
  }
  for (const [i, attributes] of one.resources.entries()) {
    for (const fewer of without(attributes)) yield { ...one, resources: one.resources.with(i, fewer) };
  }
}

function* policyLists(policies: readonly PolicyBlock[]): Generator<readonly PolicyBlock[]> {
  for (const list of smallerList(policies, smallerPolicies)) if (list.length > 0) yield list;
}

function* smallerPolicies(policy: PolicyBlock): Generator<PolicyBlock> {
  for (const [key, value] of Object.entries(policy)) {
    for (const part of partsOf(value)) yield { ...part, ...(policy['name'] && { name: policy['name'] }) };
    if (key === policy.type && isBlock(value))
      for (const block of smallerBlocks(value)) yield { ...policy, [key]: block };
  }
}

/** The policies inside of the options of a combinator. */
function partsOf(options: ConfigValue): readonly PolicyBlock[] {
  if (!isBlock(options)) return [];
  return Object.values(options)
    .flatMap((value) => (Array.isArray(value) ? (value as readonly ConfigValue[]) : [value]))
    .filter(isPolicy);
}

function* smallerBlocks(block: ConfigBlock): Generator<ConfigBlock> {
  for (const [key, value] of Object.entries(block)) {
    const { [key]: _, ...rest } = block;
    yield rest;
    if (Array.isArray(value)) {
      const list = value as readonly ConfigValue[];
      const each = (item: ConfigValue) => (isPolicy(item) ? smallerPolicies(item) : []);
      for (const fewer of smallerList(list, each)) yield { ...block, [key]: fewer };
    } else if (isPolicy(value)) {
      for (const policy of smallerPolicies(value)) yield { ...block, [key]: policy };
    }
  }
}

function* smallerSpans(span: CaseSpan): Generator<CaseSpan> {
  for (const attributes of without<Attributes[number]>(span.attributes)) yield { ...span, attributes };
  for (const events of without(span.events)) yield { ...span, events };
  if (span.traceState !== '') yield { ...span, traceState: '' };
  if (span.flags !== 0) yield { ...span, flags: 0 };
  if (span.statusCode !== undefined) yield { ...span, statusCode: undefined };
  if (span.name !== '') yield { ...span, name: '' };
  if (span.kind !== 0) yield { ...span, kind: 0 };
  if (span.scope !== 0) yield { ...span, scope: 0 };
  if (span.request !== 0) yield { ...span, request: 0 };
  if (span.startTimeUnixNano !== 0n) yield { ...span, startTimeUnixNano: 0n };
  if (span.endTimeUnixNano !== 0n) yield { ...span, endTimeUnixNano: 0n };
}

/** The list without one item each time, then with one item made smaller. */
function* smallerList<T>(list: readonly T[], smallerItems: (item: T) => Iterable<T>): Generator<readonly T[]> {
  yield* without(list);
  for (const [i, item] of list.entries()) for (const other of smallerItems(item)) yield list.with(i, other);
}

/** The list without each half of it, then without each quarter, and so on down to one item. */
function* without<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(list.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let i = 0; i < list.length; i += size) yield list.toSpliced(i, size);
  }
}

function isBlock(value: ConfigValue): value is ConfigBlock {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof YamlScalar);
}

function isPolicy(value: ConfigValue): value is PolicyBlock {
  return isBlock(value) && typeof value['type'] === 'string';
}
