import { didYouMean } from '../../text/nearest-name.ts';
import { OttlSyntaxError } from '../errors.ts';
import type { FieldNode, PathNode, ValueNode } from '../parser/syntax-tree.ts';
import type { PathDefinition } from './path-definition.ts';
import { RESOURCE_PATHS } from './resource-paths.ts';
import { SCOPE_PATHS } from './scope-paths.ts';
import { SPAN_EVENT_PATHS } from './span-event-paths.ts';
import { SPAN_PATHS } from './span-paths.ts';

/** What conditions are evaluated on. A path that names no context belongs to this one. */
export type ConditionContext = 'span' | 'spanevent';

/** The paths by context. `instrumentation_scope` is the older name of `scope`. */
export const CONTEXT_PATHS: ReadonlyMap<string, readonly PathDefinition[]> = new Map([
  ['span', SPAN_PATHS],
  ['spanevent', SPAN_EVENT_PATHS],
  ['resource', RESOURCE_PATHS],
  ['scope', SCOPE_PATHS],
  ['instrumentation_scope', SCOPE_PATHS],
]);

/** Contexts of the Collector that have no meaning for stored telemetry, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['otelcol', 'otelcol is not supported: spans are stored without the client metadata of the Collector'],
  ['cache', 'cache is not supported: it is always empty in a condition'],
]);

/** The definition of a path in a condition, and the indices after it. */
export interface FoundPath {
  /** The context that the path belongs to. */
  readonly owner: string;
  readonly definition: PathDefinition;
  readonly keys: readonly ValueNode[];
}

/**
 * Finds the definition of a path. Its first field is the context if it is the name of one.
 * @throws {OttlSyntaxError} when the path does not exist, or cannot be indexed
 */
export function findPath(path: PathNode, context: ConditionContext): FoundPath {
  const [first] = path.fields;
  const refused = path.fields.slice(0, 2).find(({ name }, i) => (i === 0 ? REFUSED.has(name) : name === 'cache'));
  if (first !== undefined && refused !== undefined && (refused === first || CONTEXT_PATHS.has(first.name))) {
    throw new OttlSyntaxError(REFUSED.get(refused.name) ?? '', refused.at);
  }
  const isPrefixed = first !== undefined && path.fields.length > 1 && isContext(first.name, context);
  const owner = isPrefixed ? first.name : context;
  const fields = isPrefixed ? path.fields.slice(1) : path.fields;
  const name = fields.map((field) => field.name).join('.');
  const paths = CONTEXT_PATHS.get(owner) ?? [];
  const definition = paths.find((candidate) => candidate.path === name);
  if (definition === undefined) throw unknownPath(path, owner, name, paths);
  if (isPrefixed) refuseKeys(first);
  return { owner, definition, keys: keysOf(fields, definition) };
}

function isContext(name: string, context: ConditionContext): boolean {
  return CONTEXT_PATHS.has(name) && !(context === 'span' && name === 'spanevent');
}

function unknownPath(path: PathNode, owner: string, name: string, paths: readonly PathDefinition[]): OttlSyntaxError {
  const names = paths.map((candidate) => candidate.path);
  const [first] = path.fields;
  if (first?.name === 'spanevent' && owner === 'span') {
    return new OttlSyntaxError(
      'spanevent cannot be read in a condition on spans; write it in the list spanevent',
      path.at,
    );
  }
  const allowed = `paths of ${owner}: ${names.join(', ')}`;
  return new OttlSyntaxError(`unknown path "${name}", ${allowed}${didYouMean(name, names)}`, path.at);
}

function keysOf(fields: readonly FieldNode[], definition: PathDefinition): readonly ValueNode[] {
  for (const field of fields.slice(0, -1)) refuseKeys(field);
  const last = fields.at(-1);
  if (last === undefined || last.keys.length === 0) return [];
  if (definition.lookUp === undefined) refuseKeys(last);
  if (definition.isNested !== true && last.keys.length > 1) {
    throw new OttlSyntaxError(`${definition.path} takes one key`, last.at);
  }
  return last.keys;
}

function refuseKeys({ name, keys, at }: FieldNode): void {
  if (keys.length > 0) throw new OttlSyntaxError(`${name} cannot be indexed`, at);
}
