import { JsonCache } from './json-cache.ts';
import { type JsonField, JsonMessage } from './json-encode/message.ts';

// The messages of opentelemetry/proto/{common,resource,trace}/v1, v1.11.0.

const ENTITY_REF = new JsonMessage([
  [1, 'schemaUrl', 'string'],
  [2, 'type', 'string'],
  [3, 'idKeys', ['string']],
  [4, 'descriptionKeys', ['string']],
]);

const RESOURCE = new JsonMessage([
  [1, 'attributes', 'attributes'],
  [2, 'droppedAttributesCount', 'uint32'],
  [3, 'entityRefs', [ENTITY_REF]],
]);

const SCOPE = new JsonMessage([
  [1, 'name', 'string'],
  [2, 'version', 'string'],
  [3, 'attributes', 'attributes'],
  [4, 'droppedAttributesCount', 'uint32'],
]);

const EVENT = new JsonMessage([
  [1, 'timeUnixNano', 'fixed64'],
  [2, 'name', 'string'],
  [3, 'attributes', 'attributes'],
  [4, 'droppedAttributesCount', 'uint32'],
]);

const LINK = new JsonMessage([
  [1, 'traceId', 'otherId'],
  [2, 'spanId', 'otherId'],
  [3, 'traceState', 'string'],
  [4, 'attributes', 'attributes'],
  [5, 'droppedAttributesCount', 'uint32'],
  [6, 'flags', 'fixed32'],
]);

const STATUS = new JsonMessage([
  [2, 'message', 'string'],
  [3, 'code', 'enum'],
]);

const SPAN_FIELDS: readonly JsonField[] = [
  [1, 'traceId', 'hex'],
  [2, 'spanId', 'hex'],
  [3, 'traceState', 'string'],
  [4, 'parentSpanId', 'otherId'],
  [5, 'name', 'string'],
  [6, 'kind', 'enum'],
  [7, 'startTimeUnixNano', 'fixed64'],
  [8, 'endTimeUnixNano', 'fixed64'],
  [9, 'attributes', 'attributes'],
  [10, 'droppedAttributesCount', 'uint32'],
  [11, 'events', [EVENT]],
  [12, 'droppedEventsCount', 'uint32'],
  [13, 'links', [LINK]],
  [14, 'droppedLinksCount', 'uint32'],
  [15, 'status', STATUS],
  [16, 'flags', 'fixed32'],
];

export const SPAN_JSON = new JsonMessage(SPAN_FIELDS);

export const SPAN_WITHOUT_TRACE_STATE_JSON = new JsonMessage(SPAN_FIELDS.filter(([, key]) => key !== 'traceState'));

/** Without the `scopeSpans`. */
export const RESOURCE_SPANS_JSON = new JsonMessage([
  [1, 'resource', new JsonCache(RESOURCE)],
  [3, 'schemaUrl', 'string'],
]);

/** Without the `spans`. */
export const SCOPE_SPANS_JSON = new JsonMessage([
  [1, 'scope', new JsonCache(SCOPE)],
  [3, 'schemaUrl', 'string'],
]);
