import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import type { OttlValue } from './value.ts';

/** Reads a JSON object or array; every number is a double. */
export function parseJson(text: string): OttlValue {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null) {
    throw new OttlEvaluationError('ParseJSON: expected a JSON object or array');
  }
  return toValue(parsed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OttlEvaluationError('ParseJSON: the string is not valid JSON');
  }
}

function toValue(json: unknown): OttlValue {
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') {
    if (Number.isFinite(json)) return json;
    throw new OttlEvaluationError('ParseJSON: a number is too large');
  }
  if (Array.isArray(json)) return json.map(toValue);
  if (typeof json !== 'object' || json === null) return null;
  return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value)] as const));
}
