import type { JsonCursor } from './json-decode/cursor.ts';

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

/** Reads the name of an enum value, which senders must not write and all receivers know; -1 for any other string. */
export function readEnumName(cursor: JsonCursor, type: keyof typeof NAMES): number {
  const names: readonly string[] = NAMES[type];
  return names.indexOf(cursor.string());
}
