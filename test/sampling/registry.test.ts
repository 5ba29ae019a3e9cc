import { describe, expect, it } from 'vitest';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';

describe('the registry of policies', () => {
  it('has each type once', () => {
    const types = POLICY_DEFINITIONS.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
  });
});
