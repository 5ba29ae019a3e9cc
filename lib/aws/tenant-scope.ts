/**
 * How the data of tenants is kept apart. The pipeline knows nothing of tenants: each has adapters of its own, which differ in
 * these prefixes. Without a tenant there is none.
 */
export interface TenantScope {
  /** A valid tenant name. @default no tenant */
  readonly tenant?: string | undefined;
}

/** Before partition keys of the buffer table. Trace IDs have no slash, so that no two scopes share a partition. */
export function partitionPrefix({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `${tenant}/`;
}

/** After the first folder of object keys; a partition of the archive, by its name. */
export function folderOf({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `tenant=${tenant}/`;
}
