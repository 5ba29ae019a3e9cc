/** More tenants than this one after the other, and those that have not been seen for longest are made anew. */
const MAX_TENANTS = 1000;

/** What each tenant has of its own, made when it is first needed. `undefined` is the one of a pipeline without tenants. */
export type PerTenant<Value> = (tenant: string | undefined) => Value;

export function perTenant<Value>(
  create: (tenant: string | undefined) => Value,
  maxTenants = MAX_TENANTS,
): PerTenant<Value> {
  const values = new Map<string | undefined, Value>();
  return (tenant) => {
    const known = values.has(tenant);
    const value = known ? (values.get(tenant) as Value) : create(tenant);
    // The order of a map is that of insertion: the first is the one that was not used for longest.
    if (known) values.delete(tenant);
    else if (values.size >= maxTenants) values.delete([...values.keys()][0]);
    values.set(tenant, value);
    return value;
  };
}
