import { MAX_DATA_DEPTH } from '../max-depth.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import type { OttlValue } from '../runtime/value.ts';

/** Reads a JSON object or array; every number is a double. */
export function parseJson(text: string): OttlValue {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null) {
    throw new OttlEvaluationError('ParseJSON: expected a JSON object or array');
  }
  return toValue(parsed, 1);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OttlEvaluationError('ParseJSON: the string is not valid JSON');
  }
}

function toValue(json: unknown, depth: number): OttlValue {
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') {
    if (Number.isFinite(json)) return json;
    throw new OttlEvaluationError('ParseJSON: a number is too large');
  }
  if (typeof json !== 'object' || json === null) return null;
  if (depth > MAX_DATA_DEPTH) throw new OttlEvaluationError(`ParseJSON: more than ${MAX_DATA_DEPTH} levels deep`);
  if (Array.isArray(json)) return json.map((item) => toValue(item, depth + 1));
  return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value, depth + 1)] as const));
}
