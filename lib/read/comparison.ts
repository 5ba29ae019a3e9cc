import { RE2JS } from 're2js';
import { type Comparison, InvalidQueryError } from './condition.ts';

/** Whether a value fulfils a comparison. null: there is no value, which fulfils none. */
export type Test = (value: string | number | null) => boolean;

const MAX_PATTERN_LENGTH = 1000;

/** @throws {InvalidQueryError} when the operator does not take the value */
export function testOf({ operator, value }: Comparison): Test {
  switch (operator) {
    case '=':
      return equalTo(value);
    case '!=': {
      const isEqual = equalTo(value);
      return (other) => other !== null && !isEqual(other);
    }
    case '=~':
    case '!~': {
      const pattern = patternOf(operator, value);
      return (other) => other !== null && pattern.matches(String(other)) === (operator === '=~');
    }
    default: {
      const limit = numberOf(operator, value);
      return (other) => {
        const number = other === null || other === '' ? Number.NaN : Number(other);
        if (operator === '>') return number > limit;
        if (operator === '>=') return number >= limit;
        return operator === '<' ? number < limit : number <= limit;
      };
    }
  }
}

function equalTo(value: Comparison['value']): Test {
  const text = String(value);
  return (other) => other !== null && (typeof other === 'number' ? other === Number(value) : other === text);
}

/** RE2 takes time linear in the text, whatever the pattern. A point is any character, as in TraceQL and Prometheus. */
function patternOf(operator: string, value: Comparison['value']): RE2JS {
  if (typeof value !== 'string' || value.length > MAX_PATTERN_LENGTH) {
    throw new InvalidQueryError(`${operator} takes a regular expression of at most ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    return RE2JS.compile(value, RE2JS.DOTALL);
  } catch (error) {
    throw new InvalidQueryError(
      `${operator} takes a regular expression of RE2, got ${JSON.stringify(value)}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function numberOf(operator: string, value: Comparison['value']): number {
  const number = typeof value === 'boolean' || value === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw new InvalidQueryError(`${operator} takes a number, got ${JSON.stringify(value)}`);
  return number;
}
