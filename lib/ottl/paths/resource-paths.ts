import type { PathDefinition } from './path-definition.ts';

/** Field numbers of `Resource` (opentelemetry/proto/resource/v1/resource.proto). */
const ATTRIBUTES = 1;
const DROPPED_ATTRIBUTES_COUNT = 2;

/** Context `resource` (pkg/ottl/contexts/ottlresource). */
export const RESOURCE_PATHS: readonly PathDefinition[] = [
  {
    path: 'attributes',
    yields: 'map',
    get: ({ resource }) => resource.resourceMessage().attributes(ATTRIBUTES),
    lookUp: ({ resource }, key) => resource.attribute(key),
    isNested: true,
  },
  {
    path: 'dropped_attributes_count',
    yields: 'int',
    get: ({ resource }) => BigInt(resource.resourceMessage().uint32(DROPPED_ATTRIBUTES_COUNT)),
  },
  {
    path: 'schema_url',
    yields: 'string, always empty: tail_sampling drops it',
    get: () => '',
    warning: 'resource.schema_url is always empty in tail_sampling',
  },
];
