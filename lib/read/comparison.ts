import { RE2JS } from 're2js';
import { patternSize } from '../ottl/patterns/pattern-size.ts';
import { type Comparison, InvalidQueryError } from './condition.ts';
import type { Deadline } from './ports.ts';

/** Whether a value fulfils a comparison. null: there is no value, which fulfils none. */
export type Test = (value: string | number | null) => boolean;

const MAX_PATTERN_LENGTH = 1000;
/** Instructions of a pattern. `(?:[a-z]{1,63}\\.){1,8}[a-z]{1,63}`, the name of a host, has 1142. */
const MAX_PATTERN_SIZE = 2000;
/** Instructions times characters: a quarter of a second at the worst, while nothing else happens in the process. */
const MAX_STEPS_PER_TEXT = 4_000_000;

/** Thrown when the time for an answer is over in the middle of the work. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/**
 * @param deadline of tests that take long
 * @throws {InvalidQueryError} when the operator does not take the value. A test throws it for a text that is too long for its pattern, and
 * an {@link OutOfTimeError}
 */
export function testOf({ operator, value }: Comparison, deadline: Deadline): Test {
  switch (operator) {
    case '=':
      return equalTo(value);
    case '!=': {
      const isEqual = equalTo(value);
      return (other) => other !== null && !isEqual(other);
    }
    case '=~':
    case '!~': {
      const matches = matcherOf(operator, value, deadline);
      return (other) => other !== null && matches(String(other)) === (operator === '=~');
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

function matcherOf(operator: string, value: Comparison['value'], deadline: Deadline): (text: string) => boolean {
  const pattern = patternOf(operator, value);
  const maxLength = Math.floor(MAX_STEPS_PER_TEXT / pattern.programSize());
  return (text) => {
    if (deadline.isOver()) throw new OutOfTimeError('there is no time left');
    if (text.length > maxLength) {
      throw new InvalidQueryError(
        `${operator} ${JSON.stringify(value)} takes texts of at most ${maxLength} characters, and one has ${text.length}: choose a shorter pattern, or without large repeats`,
      );
    }
    return pattern.matches(text);
  };
}

/**
 * RE2 takes time linear in the text, whatever the pattern; but for each character as many steps as the pattern has instructions,
 * of which repeats make many. A point is any character, as in TraceQL and Prometheus.
 */
function patternOf(operator: string, value: Comparison['value']): RE2JS {
  if (typeof value !== 'string' || value.length > MAX_PATTERN_LENGTH) {
    throw new InvalidQueryError(`${operator} takes a regular expression of at most ${MAX_PATTERN_LENGTH} characters`);
  }
  const size = patternSize(value);
  if (size > MAX_PATTERN_SIZE) {
    throw new InvalidQueryError(
      `${operator} takes a regular expression of at most ${MAX_PATTERN_SIZE} instructions, got about ${size}: each repeat such as {1000} counts as often as it repeats`,
    );
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
