/** JSON of spans that no exporter should write and some do, and what has to become of it. */
export interface OddSpan {
  /** Members of the span besides its IDs. */
  readonly members: string;
  /** Members in ordinary JSON that mean the same; undefined: this span must be rejected. */
  readonly readAs?: string;
  /** What the Collector (pdata) does, where it does something else. It never rejects one span: it refuses the request. */
  readonly collector?: 'refuses' | 'reads';
}

const value = (json: string) => `"attributes":[{"key":"k","value":${json}}]`;
const link = '"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"d1d1d1d1d1d1d1d1"';

/** `depth` attribute values in one another. */
export function nestedValue(depth: number, kind: 'arrays' | 'lists'): string {
  const [open, close] = kind === 'arrays' ? ['{"arrayValue":{"values":[', ']}}'] : [LIST, '}]}}'];
  return `${open.repeat(depth - 1)}{"stringValue":"x"}${close.repeat(depth - 1)}`;
}
const LIST = '{"kvlistValue":{"values":[{"key":"k","value":';

export const ODD_SPANS: Readonly<Record<string, OddSpan>> = {
  'null for an attribute': {
    members: '"attributes":[{"key":"a","value":{"intValue":"1"}},null]',
    readAs: '"attributes":[{"key":"a","value":{"intValue":"1"}},{}]',
  },
  'null for an event': { members: '"events":[null,{"name":"e"}]', readAs: '"events":[{},{"name":"e"}]' },
  'null for a link': { members: `"links":[{${link}},null]`, readAs: `"links":[{${link}},{}]` },
  'null in an array': {
    members: value('{"arrayValue":{"values":[null,{"boolValue":true},null]}}'),
    readAs: value('{"arrayValue":{"values":[{},{"boolValue":true},{}]}}'),
  },
  'null in a list of pairs': {
    members: value('{"kvlistValue":{"values":[null]}}'),
    readAs: value('{"kvlistValue":{"values":[{}]}}'),
  },
  'null for a value, a key, a name': {
    members: '"name":null,"attributes":[{"key":null,"value":null}]',
    readAs: '"attributes":[{}]',
  },
  'null for an enum and for numbers': {
    members: '"kind":null,"startTimeUnixNano":null,"flags":null,"status":{"code":null}',
    readAs: '"status":{}',
    collector: 'refuses',
  },
  'null for a member of a value': { members: value('{"intValue":null}'), readAs: value('{}'), collector: 'refuses' },
  'original field names': {
    members:
      '"parent_span_id":"e1e1e1e1e1e1e1e1","trace_state":"a=b","start_time_unix_nano":"1","end_time_unix_nano":2,' +
      '"dropped_attributes_count":3,"dropped_events_count":4,"dropped_links_count":5,' +
      '"events":[{"time_unix_nano":6,"dropped_attributes_count":7}],' +
      '"links":[{"trace_id":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","span_id":"d1d1d1d1d1d1d1d1","trace_state":"c=d","dropped_attributes_count":8}],' +
      '"attributes":[{"key":"s","value":{"string_value":"x"}},{"key":"b","value":{"bool_value":true}},' +
      '{"key":"i","value":{"int_value":"9"}},{"key":"d","value":{"double_value":1.5}},{"key":"y","value":{"bytes_value":"AQ=="}},' +
      '{"key":"a","value":{"array_value":{"values":[{"int_value":1}]}}},' +
      '{"key":"l","value":{"kvlist_value":{"values":[{"key":"k","value":{"string_value":"z"}}]}}}]',
    readAs:
      '"parentSpanId":"e1e1e1e1e1e1e1e1","traceState":"a=b","startTimeUnixNano":"1","endTimeUnixNano":"2",' +
      '"droppedAttributesCount":3,"droppedEventsCount":4,"droppedLinksCount":5,' +
      '"events":[{"timeUnixNano":"6","droppedAttributesCount":7}],' +
      '"links":[{"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"d1d1d1d1d1d1d1d1","traceState":"c=d","droppedAttributesCount":8}],' +
      '"attributes":[{"key":"s","value":{"stringValue":"x"}},{"key":"b","value":{"boolValue":true}},' +
      '{"key":"i","value":{"intValue":"9"}},{"key":"d","value":{"doubleValue":1.5}},{"key":"y","value":{"bytesValue":"AQ=="}},' +
      '{"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"}]}}},' +
      '{"key":"l","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"z"}}]}}}]',
  },
  'a member twice: the last counts': { members: '"name":"a","kind":3,"name":"b"', readAs: '"name":"b","kind":3' },
  'a member twice, the last with its default': { members: '"name":"a","flags":1,"name":"","flags":0', readAs: '' },
  'both spellings': {
    members: '"startTimeUnixNano":"1","start_time_unix_nano":"2","end_time_unix_nano":"2","endTimeUnixNano":"1"',
    readAs: '"startTimeUnixNano":"2","endTimeUnixNano":"1"',
  },
  'a list twice: joined': {
    members: '"attributes":[{"key":"a","value":{"intValue":"1"}}],"name":"n","attributes":[{"key":"b","value":{}}]',
    readAs: '"name":"n","attributes":[{"key":"a","value":{"intValue":"1"}},{"key":"b","value":{}}]',
  },
  'a message twice: merged': {
    members: '"status":{"code":2},"status":{"message":"x"}',
    readAs: '"status":{"code":2,"message":"x"}',
  },
  'two members of a value: the last counts': {
    members:
      '"attributes":[{"key":"k","value":{"intValue":1,"stringValue":"a"}},{"key":"l","value":{"stringValue":"a","intValue":1}}]',
    readAs: '"attributes":[{"key":"k","value":{"stringValue":"a"}},{"key":"l","value":{"intValue":"1"}}]',
  },
  'a value that is not known': { members: value('{"mystery":1}'), readAs: value('{}') },
  'names of enum values': {
    members: '"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}',
    readAs: '"kind":3,"status":{"code":2}',
  },
  'enum values as strings': {
    members: '"kind":"3","status":{"code":"2"}',
    readAs: '"kind":3,"status":{"code":2}',
    collector: 'refuses',
  },
  'enum values that are not known': {
    members: '"kind":77,"status":{"code":9}',
    readAs: '"kind":77,"status":{"code":9}',
  },
  'small integers as strings': {
    members: '"flags":"1","droppedLinksCount":"2"',
    readAs: '"flags":1,"droppedLinksCount":2',
  },
  'whole numbers with fraction and exponent': {
    members: `"kind":2.0,"startTimeUnixNano":"1e18",${value('{"intValue":12.50e1}')}`,
    readAs: `"kind":2,"startTimeUnixNano":"1000000000000000000",${value('{"intValue":"125"}')}`,
    collector: 'refuses',
  },
  'base64 of the URL alphabet': {
    members: value('{"bytesValue":"-_8"}'),
    readAs: value('{"bytesValue":"+/8="}'),
    collector: 'refuses',
  },
  'half of a surrogate pair': { members: '"name":"\\ud83ez"', readAs: '"name":"\ufffdz"' },
  'unknown members, however deep': {
    members: `"x":${'[{"y":'.repeat(3000)}1${'}]'.repeat(3000)},"name":"n"`,
    readAs: '"name":"n"',
  },
  'values 32 levels deep': { members: value(nestedValue(32, 'lists')), readAs: value(nestedValue(32, 'lists')) },
  'arrays 33 levels deep': { members: value(nestedValue(33, 'arrays')), collector: 'reads' },
  'lists 33 levels deep': { members: value(nestedValue(33, 'lists')), collector: 'reads' },
  'arrays 3000 levels deep': { members: value(nestedValue(3000, 'arrays')), collector: 'reads' },
  'deep arrays in an event': {
    members: `"events":[{${value(nestedValue(40, 'arrays'))}}],"name":"n"`,
    collector: 'reads',
  },
  'a name that is a number': { members: '"name":1' },
  'a name that is a list': { members: '"name":[]' },
  'a kind that is not known': { members: '"kind":"CLIENT"' },
  'a kind that is a fraction': { members: '"kind":1.5' },
  'a kind that is a bool': { members: '"kind":true' },
  'a kind over 32 bits': { members: '"kind":99999999999' },
  'a time below 0': { members: '"startTimeUnixNano":-1' },
  'a time with a fraction': { members: '"startTimeUnixNano":1.5' },
  'a time that is text': { members: '"startTimeUnixNano":"soon"' },
  'a time behind a space': { members: '"startTimeUnixNano":" 1"' },
  'a time before a space': { members: '"startTimeUnixNano":"1 "' },
  'a time that is empty': { members: '"startTimeUnixNano":""' },
  'a time that is an object': { members: '"startTimeUnixNano":{}' },
  'a time over 64 bits': { members: '"endTimeUnixNano":18446744073709551616' },
  'a count below 0': { members: '"droppedAttributesCount":-1' },
  'flags over 32 bits': { members: '"flags":4294967296' },
  'a status that is a list': { members: '"status":[]' },
  'a status that is a number': { members: '"status":1' },
  'a status code that is not known': { members: '"status":{"code":"ERROR"}' },
  'attributes that are an object': { members: '"attributes":{"a":1}' },
  'an attribute that is a number': { members: '"attributes":[1]' },
  'an attribute that is a text': { members: '"attributes":["a=1"]' },
  'a key that is a number': { members: '"attributes":[{"key":1}]' },
  'a value that is a text': { members: value('"x"') },
  'a value that is a list': { members: value('[]') },
  'a text that is a number': { members: value('{"stringValue":1}') },
  'a bool that is a text': { members: value('{"boolValue":"true"}') },
  'a bool that is a number': { members: value('{"boolValue":1}') },
  'an int with a fraction': { members: value('{"intValue":"1.5"}') },
  'an int over 64 bits': { members: value('{"intValue":"9223372036854775808"}') },
  'a double that is no number': { members: value('{"doubleValue":"x"}') },
  'a double that is nan in lower case': { members: value('{"doubleValue":"nan"}'), collector: 'reads' },
  'a double over the largest': { members: value('{"doubleValue":1e999}') },
  'bytes that are not base64': { members: value('{"bytesValue":"A*=="}') },
  'bytes of an impossible length': { members: value('{"bytesValue":"A"}') },
  'bytes with too much padding': { members: value('{"bytesValue":"A==="}') },
  'an array that is a list': { members: value('{"arrayValue":[]}') },
  'an element that is a number': { members: value('{"arrayValue":{"values":[1]}}') },
  'a parent ID that is not hex': { members: '"parentSpanId":"zz"' },
  'a parent ID that is a number': { members: '"parentSpanId":1' },
  'a parent ID of half a byte too few': { members: '"parentSpanId":"e1e1e1e1e1e1e1e"' },
  'a link ID that is not hex': { members: '"links":[{"traceId":"zz"}]' },
  'events that are an object': { members: '"events":{}' },
  'a trace state that is an object': { members: '"traceState":{"a":"b"}' },
};
