import { describe, expect, it } from 'vitest';
import { assertTenantName, isTenantName } from '../../lib/archive/layout.ts';

describe("a tenant's name", () => {
  it.each(['a', '0', 'shop-eu_1', 'a'.repeat(63)])('may be %s', (name) => expect(isTenantName(name)).toBe(true));

  it.each(['', 'A', 'a/b', '..', 'a.b', '-a', '_a', 'a=b', 'a b', 'ü', 'a\n', 'a'.repeat(64)])(
    'may not be %j',
    (name) => {
      expect(isTenantName(name)).toBe(false);
      expect(() => assertTenantName(name)).toThrow(
        `tenant ${JSON.stringify(name)}: a tenant's name is a path segment of`,
      );
    },
  );
});
