import { describe, expect, it } from 'vitest';
import { POLICY_DEFINITIONS, UNSUPPORTED_POLICY_TYPES } from '../../lib/sampling/registry.ts';

describe('the registry of policies', () => {
  it('has each type once', () => {
    const types = [...POLICY_DEFINITIONS.map(({ type }) => type), ...UNSUPPORTED_POLICY_TYPES];
    expect(new Set(types).size).toBe(types.length);
  });
});
