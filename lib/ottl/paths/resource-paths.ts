import type { PathDefinition } from './path-definition.ts';

/** Field numbers of `InstrumentationScope` (opentelemetry/proto/common/v1/common.proto). */
const SCOPE_ATTRIBUTES = 3;
const SCOPE_DROPPED_ATTRIBUTES_COUNT = 4;

/** Contexts `scope` and `instrumentation_scope` (pkg/ottl/contexts/ottlscope). */
export const SCOPE_PATHS: readonly PathDefinition[] = [
  { path: 'name', yields: 'string', get: ({ scope }) => scope.name },
  { path: 'version', yields: 'string', get: ({ scope }) => scope.version },
  {
    path: 'attributes',
    yields: 'map',
    get: ({ scope }) => scope.message().attributes(SCOPE_ATTRIBUTES),
    lookUp: ({ scope }, key) => scope.attribute(key),
    isNested: true,
  },
  {
    path: 'dropped_attributes_count',
    yields: 'int',
    get: ({ scope }) => BigInt(scope.message().uint32(SCOPE_DROPPED_ATTRIBUTES_COUNT)),
  },
  {
    path: 'schema_url',
    yields: 'string, always empty: tail_sampling drops it',
    get: () => '',
    warning: 'scope.schema_url is always empty in tail_sampling',
  },
];

/** Field numbers of `Resource` (opentelemetry/proto/resource/v1/resource.proto). */
const RESOURCE_ATTRIBUTES = 1;
const RESOURCE_DROPPED_ATTRIBUTES_COUNT = 2;

/** Context `resource` (pkg/ottl/contexts/ottlresource). */
export const RESOURCE_PATHS: readonly PathDefinition[] = [
  {
    path: 'attributes',
    yields: 'map',
    get: ({ resource }) => resource.resourceMessage().attributes(RESOURCE_ATTRIBUTES),
    lookUp: ({ resource }, key) => resource.attribute(key),
    isNested: true,
  },
  {
    path: 'dropped_attributes_count',
    yields: 'int',
    get: ({ resource }) => BigInt(resource.resourceMessage().uint32(RESOURCE_DROPPED_ATTRIBUTES_COUNT)),
  },
  {
    path: 'schema_url',
    yields: 'string, always empty: tail_sampling drops it',
    get: () => '',
    warning: 'resource.schema_url is always empty in tail_sampling',
  },
];
