import type { JsonCursor } from './json-request-cursor.ts';
import { MalformedOtlpError } from './malformed-otlp-error.ts';

const NAMES = {
  SpanKind: [
    'SPAN_KIND_UNSPECIFIED',
    'SPAN_KIND_INTERNAL',
    'SPAN_KIND_SERVER',
    'SPAN_KIND_CLIENT',
    'SPAN_KIND_PRODUCER',
    'SPAN_KIND_CONSUMER',
  ],
  StatusCode: ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'],
} as const;

/** Reads the name of an enum value. Senders must write numbers, but the Collector has always read names, too. */
export function readEnumName(cursor: JsonCursor, type: keyof typeof NAMES): number {
  const start = cursor.offset;
  const names: readonly string[] = NAMES[type];
  const value = names.indexOf(cursor.string());
  if (value < 0) throw new MalformedOtlpError(`expected a number or a name of ${type}`, start);
  return value;
}
