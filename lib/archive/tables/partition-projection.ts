import { hourFolderTemplate } from '../layout.ts';

/** Where an archive is, and which of its partitions can exist. */
export interface ArchivePartitions {
  /** URL of the folder that holds the partitions, such as `s3://bucket/traces`. */
  readonly location: string;
  /** Whether the outermost partition is the tenant. */
  readonly tenants: boolean;
  /** How many days an object is kept. */
  readonly retentionDays: number;
}

/** The bounds of `dt` in days from today: a query sees only partitions between them. */
export interface ProjectedDays {
  readonly first: number;
  readonly last: number;
}

/**
 * A trace may be filed a day before or after its arrival, because its clock is trusted that far; an object is deleted at the
 * midnight after its last day.
 */
export function projectedDays(retentionDays: number): ProjectedDays {
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new RangeError(`retentionDays must be a whole number of days, 1 or more, got ${retentionDays}`);
  }
  return { first: -(retentionDays + 2), last: 1 };
}

/**
 * Table parameters from which Athena computes the partitions of a query instead of looking them up: nothing has to register
 * a partition when an hour begins. https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 *
 * `tenant` is `injected`: each query has to name one. The alternative, a list of tenants in the table, would hide the traces
 * of every tenant that is added after the deployment, and let a query mix tenants by accident.
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
    'storage.location.template': folder(partitions) + hourFolderTemplate(partitions.tenants),
  };
}

/** The folder of the partitions, with the slash at its end. */
export function folder({ location }: Pick<ArchivePartitions, 'location'>): string {
  return location.endsWith('/') ? location : `${location}/`;
}
