import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INTENDED, tailgateOn } from './intended.ts';

const document = readFileSync('docs/conformance.md', 'utf8');

// What the Collector makes of them is checked by "npm run test:conformance".
describe('intended differences from the Collector', () => {
  it.each(INTENDED)('$name', (intended) => {
    expect(tailgateOn(intended)).toMatch(intended.tailgate);
  });

  it.each(INTENDED)('docs/conformance.md explains: $name', ({ name }) => {
    expect(document.toLowerCase()).toContain(`**${name}`.toLowerCase());
  });
});
