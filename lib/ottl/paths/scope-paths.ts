import type { PathDefinition } from './path-definition.ts';

/** Field numbers of `InstrumentationScope` (opentelemetry/proto/common/v1/common.proto). */
const ATTRIBUTES = 3;
const DROPPED_ATTRIBUTES_COUNT = 4;

/** Contexts `scope` and `instrumentation_scope` (pkg/ottl/contexts/ottlscope). */
export const SCOPE_PATHS: readonly PathDefinition[] = [
  { path: 'name', yields: 'string', get: ({ scope }) => scope.name },
  { path: 'version', yields: 'string', get: ({ scope }) => scope.version },
  {
    path: 'attributes',
    yields: 'map',
    get: ({ scope }) => scope.message().attributes(ATTRIBUTES),
    lookUp: ({ scope }, key) => scope.attribute(key),
    isNested: true,
  },
  {
    path: 'dropped_attributes_count',
    yields: 'int',
    get: ({ scope }) => BigInt(scope.message().uint32(DROPPED_ATTRIBUTES_COUNT)),
  },
  {
    path: 'schema_url',
    yields: 'string, always empty: tail_sampling drops it',
    get: () => '',
    warning: 'scope.schema_url is always empty in tail_sampling',
  },
];
