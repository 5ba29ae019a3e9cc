/** The most members that a `tracestate` may have. */
export const MAX_MEMBERS = 32;
const SIMPLE_KEY = /^[a-z][a-z0-9_\-*/]{0,255}$/;
const MULTI_TENANT_KEY = /^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/;
/** Printable ASCII without `,` and `=`; the last character is not a blank. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * Parses a W3C `tracestate` (https://www.w3.org/TR/trace-context-1/#tracestate-header) into its members. Undefined if
 * any part is invalid: a malformed member, a repeated key, more than 32 members. Empty members are allowed.
 */
export function parseW3cTraceState(text: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  for (const member of text.split(',')) {
    if (member === '') continue;
    const equals = member.indexOf('=');
    if (equals < 0) return undefined;
    const key = withoutLeadingBlanks(member.slice(0, equals));
    const value = withoutTrailingBlanks(member.slice(equals + 1));
    const isKey = SIMPLE_KEY.test(key) || MULTI_TENANT_KEY.test(key);
    if (!isKey || !VALUE.test(value) || members.has(key)) return undefined;
    members.set(key, value);
    if (members.size > MAX_MEMBERS) return undefined;
  }
  return members;
}

function withoutLeadingBlanks(text: string): string {
  let start = 0;
  while (isBlank(text, start)) start++;
  return text.slice(start);
}

/** Not with a pattern that ends in $, which takes quadratic time: it scans from each blank to the end of its run. */
function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (isBlank(text, end - 1)) end--;
  return text.slice(0, end);
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
