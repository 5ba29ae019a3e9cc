/** Export requests of giant, hot and hostile traces, in protobuf. Written by hand: the generated encoder would take minutes. */

/** A length-delimited field. */
function field(number: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(number * 8 + 2), varint(length), ...parts]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = number * 8 + 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
}

const START = BigInt(Date.UTC(2026, 10, 21, 12)) * 1_000_000n;

export interface GiantSpan {
  readonly trace: number;
  readonly span: number;
  /** Text of an attribute `text`. @default none */
  readonly text?: Uint8Array;
  readonly error?: boolean;
}

/** 32 hex digits. */
function traceIdOf(trace: number): string {
  return `f${(trace + 1).toString(16).padStart(31, '0')}`;
}

function span({ trace, span: number, text, error = false }: GiantSpan): Buffer {
  return field(
    2,
    field(1, Buffer.from(traceIdOf(trace), 'hex')),
    field(2, Buffer.from((number + 1).toString(16).padStart(16, '0'), 'hex')),
    field(5, Buffer.from('GET /')),
    fixed64(7, START),
    fixed64(8, START + 5_000_000n),
    ...(text === undefined ? [] : [field(9, field(1, Buffer.from('text')), field(2, field(1, text)))]),
    ...(error ? [field(15, Buffer.from([0x18, 2]))] : []),
  );
}

const RESOURCE = field(1, field(1, field(1, Buffer.from('service.name')), field(2, field(1, Buffer.from('shop')))));

/** All spans in one resource and scope. */
export function requestOf(spans: Iterable<GiantSpan>): Buffer {
  return field(1, RESOURCE, field(2, ...Array.from(spans, span)));
}

/** Each span in a `ResourceSpans` of its own, which has nothing else. */
export function requestOfSingles(spans: Iterable<GiantSpan>): Buffer {
  return Buffer.concat(Array.from(spans, (one) => field(1, field(2, span(one)))));
}
