/** The example above each converter in lib/ottl/converters is a condition that holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anyHolds, EvaluationContext, readCondition, Slots } from '../../lib/ottl/conditions.ts';
import { CONVERTERS } from '../../lib/ottl/converters/registry.ts';
import { traceOf } from '../support/build-trace.ts';

const FOLDER = new URL('../../lib/ottl/converters/', import.meta.url);

/** `/** `example` …`, in one line or more, and the definition below. */
const DOCUMENTED = /\/\*\*\s(?:\s+\* )?`([^`]+)`[^/]*\*\/\n {2}(?:\{\s*name: |\w+\()'(\w+)'/g;

const EXAMPLES = readdirSync(FOLDER).flatMap((file) =>
  [...readFileSync(new URL(file, FOLDER), 'utf8').matchAll(DOCUMENTED)].map(([, condition = '', name = '']) => ({
    name,
    condition,
  })),
);

function holds(text: string): boolean {
  const trace = traceOf({});
  const [resource] = trace.resourceSpans;
  if (resource === undefined) throw new Error('the trace has a resource');
  const condition = readCondition(text, 'span', new Slots(), () => {});
  return anyHolds([condition], new EvaluationContext(trace, resource), 'propagate');
}

describe('the examples of converters', () => {
  it.each(EXAMPLES)('$condition', ({ name, condition }) => {
    expect(condition).toContain(`${name}(`);
    expect(holds(condition)).toBe(true);
  });

  it('are there for every converter', () => {
    expect(EXAMPLES.map(({ name }) => name).toSorted()).toEqual([...CONVERTERS.keys()].toSorted());
  });
});
