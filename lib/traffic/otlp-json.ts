/** A message of made-up traffic in OTLP/JSON: a span, a resource, an event. */
export type OtlpJson = Readonly<Record<string, unknown>>;

/** A `KeyValue` of the two types that nearly all attributes have. */
export interface Attribute extends OtlpJson {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

export function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } };
}

/** OTLP/JSON writes 64-bit integers as decimal strings. */
export function int(key: string, intValue: number): Attribute {
  return { key, value: { intValue: String(intValue) } };
}
