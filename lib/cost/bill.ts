import { ASSUMPTIONS } from './assumptions.ts';
import type { MonthlyUsage } from './monthly-usage.ts';
import { type PriceList, type PriceName, usdOf } from './prices.ts';

export interface BillLine {
  readonly service: 'DynamoDB' | 'Lambda' | 'SQS' | 'S3' | 'CloudWatch' | 'API Gateway';
  /** The resource that is billed. */
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly usd: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly usd: number;
  readonly usdPerMillionTraces: number;
}

export interface BillOptions {
  /** Provisioned capacity instead of on-demand. */
  readonly provisioned: boolean;
  /** API Gateway in front instead of a function URL. */
  readonly httpApi: boolean;
}

/** The bill of a month. */
export function billFor(usage: MonthlyUsage, priceList: PriceList, { provisioned, httpApi }: BillOptions): Bill {
  const line = (service: BillLine['service'], what: string, quantity: number, unit: string, name: PriceName) => ({
    ...{ service, what, quantity, unit },
    usd: usdOf(priceList, name, quantity),
  });
  const writes = (what: string, units: number) =>
    provisioned
      ? line('DynamoDB', what, capacityHours(units), 'WCU-hours', 'dynamoDbWriteCapacity')
      : line('DynamoDB', what, units, 'write units', 'dynamoDbWriteUnit');
  const lines: BillLine[] = [
    writes('fragments written', usage.fragmentWriteUnits),
    writes('decision records written', usage.recordWriteUnits),
    provisioned
      ? line('DynamoDB', 'traces read', capacityHours(usage.readUnits), 'RCU-hours', 'dynamoDbReadCapacity')
      : line('DynamoDB', 'traces read', usage.readUnits, 'read units', 'dynamoDbReadUnit'),
    line('DynamoDB', 'buffer storage', usage.tableGbMonths, 'GB-months', 'dynamoDbStorage'),
    line('Lambda', 'ingest', usage.exportRequests, 'invocations', 'lambdaRequest'),
    line('Lambda', 'ingest, time (model)', usage.ingestGbSeconds, 'GB-s', 'lambdaArm'),
    line('Lambda', 'decide', usage.decideInvocations, 'invocations', 'lambdaRequest'),
    line('Lambda', 'decide, time (model)', usage.decideGbSeconds, 'GB-s', 'lambdaArm'),
    line('SQS', 'wake-ups sent', usage.sqsSends, 'requests', 'sqsRequest'),
    line('SQS', 'wake-ups received', usage.sqsReceives, 'requests', 'sqsRequest'),
    line('SQS', 'wake-ups deleted', usage.sqsDeletes, 'requests', 'sqsRequest'),
    line('S3', 'archive objects', usage.archivePuts, 'PUT', 's3Put'),
    line('S3', 'spilled fragments', usage.spillPuts, 'PUT', 's3Put'),
    line('S3', 'claims inspected, spills read', usage.s3Reads, 'GET, HEAD', 's3Get'),
    line('S3', 'storage', usage.bucketGbMonths, 'GB-months', 's3Storage'),
    line('CloudWatch', 'logs and metric lines', usage.logGb, 'GB', 'logs'),
    line('CloudWatch', 'metrics', ASSUMPTIONS.metrics, 'a month', 'metric'),
    line('CloudWatch', 'alarms', ASSUMPTIONS.alarmMetrics, 'metrics a month', 'alarm'),
    line('CloudWatch', 'dashboards', ASSUMPTIONS.dashboards, 'a month', 'dashboard'),
    ...(httpApi ? [line('API Gateway', 'export requests', httpApiRequests(usage), 'requests', 'httpApiRequest')] : []),
  ].filter(({ quantity }) => quantity > 0);
  const usd = lines.reduce((sum, { usd: part }) => sum + part, 0);
  return { lines, usd, usdPerMillionTraces: (usd / usage.traces) * 1e6 };
}

const HTTP_API_REQUEST_BYTES = 512 * 1024;

/** Counts bytes before compression, so it overestimates the requests. */
function httpApiRequests({ exportRequests, bytesPerRequest }: MonthlyUsage): number {
  return exportRequests * Math.ceil(bytesPerRequest / HTTP_API_REQUEST_BYTES);
}

/** Capacity unit hours that provide this many units in a month at the assumed utilisation. */
function capacityHours(units: number): number {
  return units / 3600 / ASSUMPTIONS.utilisation;
}

/** The share of one service in the bill, in US dollars. */
export function usdOfService({ lines }: Bill, service: BillLine['service']): number {
  return lines.filter((line) => line.service === service).reduce((sum, { usd }) => sum + usd, 0);
}
