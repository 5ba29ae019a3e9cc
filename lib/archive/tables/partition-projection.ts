import { partitionPath, tenantFolder } from '../layout.ts';

/** Where an archive lies and what of it exists. */
export interface ArchivePartitions {
  /** URL of the folder that holds the partitions, such as `s3://bucket/traces`. */
  readonly location: string;
  /** Whether the outermost partition is the tenant. */
  readonly tenants: boolean;
  /** How many days an object is kept. */
  readonly retentionDays: number;
}

/** The bounds of `dt` in days from today: a query can only see partitions between them. */
export interface ProjectedDays {
  readonly first: number;
  readonly last: number;
}

/**
 * A trace may lie a day before or after its arrival (its clock is not believed beyond that), and an object lives on up to
 * the midnight after its last day.
 */
export function projectedDays(retentionDays: number): ProjectedDays {
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new RangeError(`retentionDays must be a whole number of days, 1 or more, got ${retentionDays}`);
  }
  return { first: -(retentionDays + 2), last: 1 };
}

/**
 * Table parameters by which Athena computes the partitions of a query instead of looking them up: nothing has to be
 * registered when an hour begins.
 *
 * A tenant is `injected`: each query has to name one (`tenant = '…'`). The other way, a list of tenants in the table,
 * would hide the traces of every tenant that is added after the deployment, and let a query mix tenants unasked.
 */
export function partitionProjection(partitions: ArchivePartitions): Record<string, string> {
  const { first, last } = projectedDays(partitions.retentionDays);
  return {
    'projection.enabled': 'true',
    ...(partitions.tenants && { 'projection.tenant.type': 'injected' }),
    'projection.dt.type': 'date',
    'projection.dt.format': 'yyyy-MM-dd',
    'projection.dt.range': `NOW${first}DAYS,NOW+${last}DAYS`,
    'projection.dt.interval': '1',
    'projection.dt.interval.unit': 'DAYS',
    'projection.hour.type': 'integer',
    'projection.hour.range': '0,23',
    'projection.hour.digits': '2',
    'storage.location.template': `${folder(partitions)}${partitions.tenants ? tenantFolder({ tenant: filledIn('tenant') }) : ''}${partitionPath({ dt: filledIn('dt'), hour: filledIn('hour') })}/`,
  };
}

/** The folder of the partitions, with the slash at its end. */
export function folder({ location }: Pick<ArchivePartitions, 'location'>): string {
  return location.endsWith('/') ? location : `${location}/`;
}

/** Athena fills in the value of the column. */
function filledIn(column: string): string {
  return `\${${column}}`;
}
