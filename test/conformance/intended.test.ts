import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INTENDED, INTENDED_TRACE_STATES, tailgateOn, tailgateTraceState } from './intended.ts';
import { explanationOf, INTENDED_CONFIGURATIONS } from './intended-configurations.ts';
import { tailgateIssues } from './tailgate.ts';

const document = readFileSync('docs/conformance.md', 'utf8');

// What the Collector makes of them is checked by "npm run test:conformance".
describe('intended differences from the Collector', () => {
  it.each(INTENDED)('$name', (intended) => {
    expect(tailgateOn(intended)).toMatch(intended.tailgate);
  });

  it.each(INTENDED_TRACE_STATES)('$name', (intended) => {
    expect(tailgateTraceState(intended)).toBe(intended.tailgate);
  });

  it.each(INTENDED_CONFIGURATIONS)('$name', ({ name, config, refusedBy }) => {
    const issues = tailgateIssues(config).errors;
    if (refusedBy === 'Collector') expect(issues).toEqual([]);
    else expect(issues.map((issue) => explanationOf(issue, []))).toEqual([name]);
  });

  it.each([...INTENDED, ...INTENDED_CONFIGURATIONS, ...INTENDED_TRACE_STATES])(
    'docs/conformance.md explains: $name',
    ({ name }) => {
      expect(document.replace(/\s+/g, ' ').toLowerCase()).toContain(`**${name}`.toLowerCase());
    },
  );
});
