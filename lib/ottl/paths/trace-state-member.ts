import { parseW3cTraceState } from '../../otlp/w3c-trace-state.ts';

/** The value of a member of a `tracestate`: '' when it has no such member, null when the header is invalid. */
export function traceStateMember(header: string, key: string): string | null {
  const members = parseW3cTraceState(header);
  return members === undefined ? null : (members.get(key) ?? '');
}
