/** Trace IDs as logs, headers and other tools have them. The archive, its queries and its APIs spell them as 32 lower-case hex digits. */

export const TRACE_ID_FORMS =
  'a trace ID: 32 hex digits, a traceparent (00-<trace>-<span>-01) or an X-Ray ID (1-<8>-<24>)';

/**
 * A trace ID as the archive spells it. Undefined: the text is none.
 *
 * @example
 * ```ts
 * parseTraceId('4BF92F3577B34DA6A3CE929D0E0E4736'); // plain
 * parseTraceId('4bf92f35-77b3-4da6-a3ce-929d0e0e4736'); // as a UUID
 * parseTraceId('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'); // in a W3C traceparent
 * parseTraceId('1-4bf92f35-77b34da6a3ce929d0e0e4736'); // as X-Ray writes it
 * ```
 */
export function parseTraceId(value: string): string | undefined {
  const text = value.trim().toLowerCase();
  const traceparent = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(text)?.[1];
  const xray = /^1-([\da-f]{8}-[\da-f]{24})$/.exec(text)?.[1];
  const plain = (traceparent ?? xray ?? text).replaceAll('-', '');
  return /^[\da-f]{32}$/.test(plain) ? plain : undefined;
}

/** The same, or up to 32 hex digits: clients of Jaeger's and Tempo's APIs leave out zeros at the beginning of an ID. */
export function parseTraceIdOrDigits(value: string): string | undefined {
  return parseTraceId(value) ?? (/^[\da-f]{1,32}$/i.test(value) ? value.toLowerCase().padStart(32, '0') : undefined);
}
