import type { Comparison, Field, Operator } from '../condition.ts';
import { KINDS, STATUSES } from '../summary/object-summary.ts';
import { type Token, traceqlError } from './tokens.ts';

/** What a field of TraceQL is compared with. */
type FieldType = 'attribute' | 'text' | 'duration' | 'status' | 'kind';

export interface TypedField {
  readonly field: Field;
  readonly type: FieldType;
}

const NAME: TypedField = { field: { of: 'span', name: 'name' }, type: 'text' };
const STATUS: TypedField = { field: { of: 'span', name: 'status' }, type: 'status' };
const STATUS_MESSAGE: TypedField = { field: { of: 'span', name: 'statusMessage' }, type: 'text' };
const KIND: TypedField = { field: { of: 'span', name: 'kind' }, type: 'kind' };
const DURATION: TypedField = { field: { of: 'span', name: 'durationMs' }, type: 'duration' };
const ROOT_NAME: TypedField = { field: { of: 'trace', name: 'rootName' }, type: 'text' };
const ROOT_SERVICE: TypedField = { field: { of: 'trace', name: 'rootService' }, type: 'text' };
const TRACE_DURATION: TypedField = { field: { of: 'trace', name: 'durationMs' }, type: 'duration' };

/** The intrinsics that are answered, in both spellings. */
export const INTRINSICS: ReadonlyMap<string, TypedField> = new Map([
  ['name', NAME],
  ['status', STATUS],
  ['statusMessage', STATUS_MESSAGE],
  ['kind', KIND],
  ['duration', DURATION],
  ['rootName', ROOT_NAME],
  ['rootServiceName', ROOT_SERVICE],
  ['traceDuration', TRACE_DURATION],
  ['span:name', NAME],
  ['span:status', STATUS],
  ['span:statusMessage', STATUS_MESSAGE],
  ['span:kind', KIND],
  ['span:duration', DURATION],
  ['trace:rootName', ROOT_NAME],
  ['trace:rootService', ROOT_SERVICE],
  ['trace:duration', TRACE_DURATION],
]);

/** Those of TraceQL that are not. */
const OTHER_INTRINSICS =
  /^(?:(?:event|link|instrumentation):\w+|trace:id|span:(?:id|parentID|childCount)|childCount|parent|nestedSet\w+)$/;

const SCOPES = { '': 'any', span: 'span', resource: 'resource' } as const;

/** The field that a word names. @throws {InvalidQueryError} */
export function fieldOf(token: Token): TypedField {
  const { at, text } = token;
  if (token.kind === 'attribute') {
    const { scope, key } = token;
    if (scope !== '' && scope !== 'span' && scope !== 'resource') {
      throw traceqlError(at, `${text} is not supported: attributes are those of span., resource. or . (either)`);
    }
    // What the summaries answer is not looked for in lines.
    if (scope === 'resource' && key === 'service.name') return { field: { of: 'span', name: 'service' }, type: 'text' };
    return { field: { of: 'attribute', scope: SCOPES[scope], key }, type: 'attribute' };
  }
  const intrinsic = token.kind === 'word' ? INTRINSICS.get(text) : undefined;
  if (intrinsic !== undefined) return intrinsic;
  const names = [...INTRINSICS.keys()].join(', ');
  if (token.kind === 'word' && OTHER_INTRINSICS.test(text)) {
    throw traceqlError(at, `${text} is not supported: of the intrinsics, these are: ${names}`);
  }
  if (token.kind === 'word' && ['true', 'false', 'nil'].includes(text)) {
    throw traceqlError(at, `${text} by itself is not supported: compare a field with it`);
  }
  if (token.kind === 'text' || token.kind === 'number' || token.kind === 'duration') {
    throw traceqlError(at, 'a value on the left is not supported: write the field first, then the value');
  }
  if (token.kind === 'sign' && text === '!') throw traceqlError(at, '! (not) is not supported: use != or !~');
  if (token.kind === 'sign' && text === '-') throw traceqlError(at, 'arithmetic (-) is not supported');
  throw traceqlError(at, `expected a field, got ${text}: an attribute such as .http.route, or one of ${names}`);
}

const ORDERED: readonly Operator[] = ['>', '>=', '<', '<='];
const PATTERNS: readonly Operator[] = ['=~', '!~'];
const KEYWORDS = {
  status: STATUSES.map((name) => name.toLowerCase()),
  kind: KINDS.map((name) => name.toLowerCase()),
} as const;

/**
 * The comparison of a field with a value.
 * @param isNegative whether a minus stands before the value
 * @throws {InvalidQueryError} when such fields cannot be compared with such values in this way
 */
export function comparisonOf(typed: TypedField, operator: Operator, value: Token, isNegative: boolean): Comparison {
  const { field, type } = typed;
  const { kind, text, at } = value;
  const refuse = (what: string) => traceqlError(at, `${what}, got ${operator} ${isNegative ? '-' : ''}${shown(value)}`);
  if (kind === 'attribute' || (kind === 'word' && INTRINSICS.has(text))) {
    throw traceqlError(at, `comparing two fields is not supported: expected a value, got ${text}`);
  }
  if (kind === 'word' && text === 'nil') throw traceqlError(at, 'nil is not supported: expected a value');
  if (kind === 'sign' || kind === 'end') throw traceqlError(at, `expected a value, got ${text}`);
  switch (type) {
    case 'status':
    case 'kind': {
      const names = KEYWORDS[type];
      if (kind === 'word' && names.includes(text) && (operator === '=' || operator === '!=')) {
        return { field, operator, value: text.toUpperCase() };
      }
      throw refuse(`${type} takes = or != and one of ${names.join(', ')}, without quotes`);
    }
    case 'duration': {
      const nanos = value.kind === 'duration' ? value.nanos : kind === 'number' ? Number(text) : undefined;
      if (nanos === undefined || PATTERNS.includes(operator)) {
        throw refuse('a duration takes =, !=, >, >=, <, <= and a value such as 250ms or 1.5s');
      }
      return { field, operator, value: (isNegative ? -nanos : nanos) / 1e6 };
    }
    default:
  }
  if (kind === 'text') {
    if (!ORDERED.includes(operator)) return { field, operator, value: text };
    throw refuse('texts are compared with =, !=, =~ or !~; their order is not supported');
  }
  if (type === 'text') throw refuse('this field takes a text in double quotes');
  if (PATTERNS.includes(operator)) throw refuse(`${operator} takes a regular expression in double quotes`);
  if (kind === 'number') return { field, operator, value: numberOf(text, isNegative) };
  // A duration is a number of nanoseconds.
  if (value.kind === 'duration') return { field, operator, value: isNegative ? -value.nanos : value.nanos };
  if ((text === 'true' || text === 'false') && !ORDERED.includes(operator)) {
    return { field, operator, value: text === 'true' };
  }
  throw refuse('an attribute takes a text in double quotes, a number, a duration, true or false');
}

/** Attributes are compared by their text: an integer that a double cannot hold stays as it is written. */
function numberOf(text: string, isNegative: boolean): number | string {
  const signed = isNegative ? `-${text}` : text;
  const number = Number(signed);
  return Number.isSafeInteger(number) || !/^\d+$/.test(text) ? number : String(BigInt(signed));
}

function shown(token: Token): string {
  return token.kind === 'text' ? JSON.stringify(token.text) : token.text;
}
