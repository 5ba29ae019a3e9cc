import { OttlEvaluationError } from '../errors.ts';
import { Time } from '../go/time.ts';
import type { PathDefinition } from './path-definition.ts';

/** Field numbers of `Span.Event` (opentelemetry/proto/trace/v1/trace.proto). */
const TIME_UNIX_NANO = 1;
const NAME = 2;
const ATTRIBUTES = 3;
const DROPPED_ATTRIBUTES_COUNT = 4;

/** Context `spanevent` (pkg/ottl/contexts/ottlspanevent). */
export const SPAN_EVENT_PATHS: readonly PathDefinition[] = [
  {
    path: 'attributes',
    yields: 'map',
    get: ({ event }) => event.attributes(ATTRIBUTES),
    lookUp: ({ event }, key) => event.attribute(ATTRIBUTES, key),
    isNested: true,
  },
  { path: 'name', yields: 'string', get: ({ event }) => event.text(NAME) },
  { path: 'time', yields: 'time', get: ({ event }) => new Time(BigInt.asIntN(64, event.fixed64(TIME_UNIX_NANO))) },
  { path: 'time_unix_nano', yields: 'int', get: ({ event }) => BigInt.asIntN(64, event.fixed64(TIME_UNIX_NANO)) },
  {
    path: 'dropped_attributes_count',
    yields: 'int',
    get: ({ event }) => BigInt(event.uint32(DROPPED_ATTRIBUTES_COUNT)),
  },
  {
    path: 'event_index',
    yields: 'an error: tail_sampling does not set it',
    get: () => {
      throw new OttlEvaluationError('event_index is not set');
    },
    warning: 'event_index is not set by tail_sampling: the condition always fails',
  },
];
