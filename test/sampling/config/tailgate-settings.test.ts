import { describe, expect, it } from 'vitest';
import { configOf, issuesOf } from '../../support/sampling-config.ts';

const ALWAYS = { type: 'always_sample' };

describe('the tailgate map', () => {
  it.each([
    { tailgate: undefined, writeThreshold: undefined },
    { tailgate: {}, writeThreshold: undefined },
    { tailgate: { write_threshold: true }, writeThreshold: undefined },
    { tailgate: { write_threshold: false }, writeThreshold: false },
  ])('reads write_threshold: example %#', ({ tailgate, writeThreshold }) => {
    expect(configOf([ALWAYS], { tailgate }).writeThreshold).toBe(writeThreshold);
  });

  it('reports what it does not know', () => {
    const policies = 'policies: [{ name: a, type: always_sample }]';
    expect(issuesOf(`tailgate: { write_treshold: false }\n${policies}`).errors).toEqual([
      'tailgate.write_treshold: unknown key; did you mean "write_threshold"?',
    ]);
    expect(issuesOf(`tailgate: { write_threshold: 1 }\n${policies}`).errors).toEqual([
      'tailgate.write_threshold: expected true or false, got 1',
    ]);
  });
});
