import { type Bytes, field, repeat, varint } from './wire-bytes.ts';

export interface HostileBody {
  readonly encoding: 'protobuf' | 'json';
  /** About this many bytes. */
  make(size: number): Uint8Array;
}

const ID = repeat(1, 16);
const SPAN = field(2, field(1, ID), field(2, repeat(2, 8)));

/** Requests that say next to nothing in as many bytes as wanted; gzip makes them a thousandth. */
export const HOSTILE_BODIES: Readonly<Record<string, HostileBody>> = {
  'empty ResourceSpans': protobuf([0x0a, 0]),
  'ResourceSpans with a schema URL': protobuf([0x0a, 2, 0x1a, 0]),
  'ResourceSpans with an empty ScopeSpans': protobuf([0x0a, 2, 0x12, 0]),
  'ResourceSpans with a rejected span': protobuf(field(1, field(2, field(2)))),
  'empty ScopeSpans in one ResourceSpans': protobuf([0x12, 0], (all) => longField(1, all)),
  'fields and ScopeSpans in turn, one with a span': protobuf([0x1a, 0, 0x12, 0], (all) =>
    longField(1, [all, field(2, SPAN)]),
  ),
  'empty spans': protobuf([0x12, 0], (all) => longField(1, longField(2, all))),
  'damaged spans': protobuf([0x12, 1, 0x0a], (all) => longField(1, longField(2, all))),
  'damaged scopes behind spans': protobuf(field(2, SPAN, varint(24), [0]), (all) => longField(1, all)),
  'empty attributes': inSpan(9),
  'empty events': inSpan(11),
  'empty links': inSpan(13),
  'empty statuses': inSpan(15),
  'empty values in an array': protobuf([0x0a, 0], (all) =>
    longField(
      1,
      longField(2, longField(2, [field(1, ID), field(2, repeat(2, 8)), longField(9, longField(2, longField(5, all)))])),
    ),
  ),
  'spans of one trace, each in its own ResourceSpans': protobuf(field(1, field(2, SPAN, field(3)), field(3))),
  'unknown fields': protobuf([0x78, 0]),
  'JSON: {} for ResourceSpans': json('{}', '{"resourceSpans":[', ']}'),
  'JSON: null for ResourceSpans': json('null', '{"resourceSpans":[', ']}'),
  'JSON: {} for ScopeSpans': json('{}', '{"resourceSpans":[{"scopeSpans":[', ']}]}'),
  'JSON: {} for spans': jsonSpans('{}'),
  'JSON: numbers for spans': jsonSpans('1'),
  'JSON: spans that are longer in protobuf': jsonSpans('{"kind":-1}'),
  'JSON: lists that are repeated': json('"resourceSpans":[],"resource_spans":[]', '{', '}'),
  'JSON: members that are repeated': json(
    '"kind":-1,"name":""',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{',
    '}]}]}]}',
  ),
  'JSON: unknown members': json('"a":{}', '{', '}'),
  'JSON: an endless number': text('1', '{"a":', '}'),
  'JSON: an endless integer': text(
    '0',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1',
    '1}]}]}]}',
  ),
  'JSON: an endless quoted integer': text('0', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"flags":"1', '1"}]}]}]}'),
  'JSON: an endless key': text('\\u0061', '{"', '":1}'),
  'JSON: white space': text(' ', '{"a":', '1}'),
  'JSON: brackets': { encoding: 'json', make: (size) => bytes(`{"a":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`) },
};

function protobuf(unit: Bytes, wrap = (all: Uint8Array): Uint8Array => all): HostileBody {
  return { encoding: 'protobuf', make: (size) => wrap(repeated(Uint8Array.from(unit), size)) };
}

function inSpan(number: number): HostileBody {
  return protobuf([number * 8 + 2, 0], (all) =>
    longField(1, longField(2, longField(2, [field(1, ID), field(2, repeat(2, 8)), all]))),
  );
}

function json(element: string, before: string, after: string): HostileBody {
  return text(`${element},`, before, `${element}${after}`);
}

function jsonSpans(element: string): HostileBody {
  return json(element, '{"resourceSpans":[{"scopeSpans":[{"spans":[', ']}]}]}');
}

function text(unit: string, before: string, after: string): HostileBody {
  return { encoding: 'json', make: (size) => joined([bytes(before), repeated(bytes(unit), size), bytes(after)]) };
}

function longField(number: number, content: Uint8Array | readonly (Uint8Array | Bytes)[]): Uint8Array {
  const value = content instanceof Uint8Array ? content : joined(content);
  return joined([varint(number * 8 + 2), varint(value.length), value]);
}

function repeated(unit: Uint8Array, size: number): Uint8Array {
  const all = new Uint8Array(Math.floor(size / unit.length) * unit.length);
  all.set(unit);
  for (let done = unit.length; done < all.length; done *= 2) all.copyWithin(done, 0, done);
  return all;
}

function joined(parts: readonly (Uint8Array | Bytes)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part)))),
  );
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
