import { expect, it } from 'vitest';
import { perTenant } from '../../../functions/shared/per-tenant.ts';

it('makes what a tenant has of its own once, and forgets who was not seen for longest', () => {
  const made: (string | undefined)[] = [];
  const of = perTenant((tenant) => {
    made.push(tenant);
    return { tenant };
  }, 2);
  expect(of('a')).toBe(of('a'));
  expect(of(undefined)).toEqual({ tenant: undefined });
  of('a');
  of('b');
  of('a');
  of(undefined);
  expect(made).toEqual(['a', undefined, 'b', undefined]);
});
