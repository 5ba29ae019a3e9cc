const TENANT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What a tenant may be called, in words. */
export const TENANT_NAME_RULE =
  'lower-case letters, digits, "-" and "_", the first one a letter or a digit, 63 at most';

/** Whether a tenant may be called so: the name is a segment of S3 keys and of partition keys. */
export function isTenantName(name: string): boolean {
  return TENANT_NAME.test(name);
}

/** @throws {RangeError} which says what is allowed */
export function assertTenantName(name: string): void {
  if (isTenantName(name)) return;
  throw new RangeError(`tenant ${JSON.stringify(name)}: a tenant's name is a path segment of ${TENANT_NAME_RULE}`);
}
