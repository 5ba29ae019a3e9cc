/** A unit price, and how reliable it is. */
export interface Price {
  /** US dollars for {@link Price.per} units. */
  readonly usd: number;
  readonly per: number;
  readonly of: string;
  /**
   * Source of the figure: `vendor` is documentation or the price page of the vendor; `second-hand` pages repeat it;
   * `recall` is commonly quoted and was not looked up. Only `vendor` is good enough for a contract.
   */
  readonly source: 'vendor' | 'second-hand' | 'recall';
  readonly note: string;
}

const MILLION = 1e6;

/** List prices without free tiers, discounts, savings plans and taxes. */
export const PRICE_REGION = 'us-east-1';
export const PRICE_DATE = '2026-11-21';

export const PRICES = {
  dynamoDbWriteUnit: price(
    0.625,
    MILLION,
    'write request units',
    'second-hand',
    'airbyte.com, 2025-07; agrees with AWS agent-toolkit calculate_costs.py, 2026-08',
  ),
  dynamoDbReadUnit: price(
    0.125,
    MILLION,
    'read request units',
    'second-hand',
    'airbyte.com, 2025-07; agrees with AWS agent-toolkit calculate_costs.py, 2026-08',
  ),
  dynamoDbWriteCapacity: price(0.00065, 1, 'write capacity unit hours', 'second-hand', 'zeonedge.com'),
  dynamoDbReadCapacity: price(0.00013, 1, 'read capacity unit hours', 'second-hand', 'zeonedge.com'),
  dynamoDbStorage: price(0.25, 1, 'GB-months', 'vendor', 'AWS agent-toolkit amazon-dynamodb, 2026-08'),
  lambdaRequest: price(0.2, MILLION, 'invocations', 'second-hand', 'cloudchipr.com, 2024'),
  lambdaArm: price(0.0000133334, 1, 'GB-seconds', 'second-hand', 'cloudchipr.com, 2024'),
  sqsRequest: price(
    0.4,
    MILLION,
    'requests of 64 KB',
    'second-hand',
    'cloudburn.io, 2026-03; factualminds.com, 2026-06',
  ),
  s3Put: price(5, MILLION, 'PUT requests', 'recall', 'S3 Standard'),
  s3Get: price(0.4, MILLION, 'GET and HEAD requests', 'recall', 'S3 Standard'),
  s3Storage: price(0.023, 1, 'GB-months', 'recall', 'S3 Standard, first 50 TB'),
  athenaScan: price(
    5,
    1,
    'TB scanned, at least 10 MB a query',
    'second-hand',
    'athena.guide, 2020; rcpedia.stanford.edu',
  ),
  logs: price(0.5, 1, 'GB ingested', 'second-hand', 'factualminds.com, 2026-06'),
  metric: price(0.3, 1, 'custom metrics a month', 'second-hand', 'signoz.io, 2026-02'),
  alarm: price(0.1, 1, 'metrics of alarms a month', 'recall', 'standard resolution'),
  dashboard: price(3, 1, 'dashboards a month', 'second-hand', 'factualminds.com, 2026-06'),
  httpApiRequest: price(
    1,
    MILLION,
    'requests of 512 KB',
    'second-hand',
    'AWS whitepaper on private APIs; apigatewaycost, 2026',
  ),
  fargateVcpu: price(0.03238, 1, 'vCPU-hours, arm64', 'second-hand', 'vantage.sh; cloudburn.io, 2026-04'),
  fargateMemory: price(0.00356, 1, 'GB-hours, arm64', 'second-hand', 'vantage.sh; cloudburn.io, 2026-04'),
  loadBalancer: price(0.0225, 1, 'hours', 'recall', 'Application Load Balancer'),
  loadBalancerCapacity: price(0.008, 1, 'LCU-hours', 'recall', 'Application Load Balancer; one LCU takes 1 GB an hour'),
  xRayTrace: price(5, MILLION, 'traces recorded', 'vendor', 'aws.amazon.com/xray/pricing'),
  transactionSearch: price(0.35, 1, 'GB of spans, first 10 TB', 'second-hand', 'public notes; later tiers are cheaper'),
  datadogIngest: price(0.1, 1, 'GB of spans', 'second-hand', 'Datadog APM billing; rate recalled'),
  datadogIndexed: price(1.7, MILLION, 'spans indexed for 15 days', 'second-hand', 'Datadog APM billing; rate recalled'),
  grafanaProcessed: price(0.05, 1, 'GB of spans processed', 'vendor', 'Grafana price page, Adaptive Traces'),
  grafanaWritten: price(0.4, 1, 'GB of spans written, 30 days', 'vendor', 'Grafana price page, Adaptive Traces'),
  honeycombEvent: price(1.3, MILLION, 'events', 'recall', 'commonly quoted; its price page was not found'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** Prices with the region and the date for which they are valid. */
export interface PriceList {
  readonly region: string;
  readonly date: string;
  readonly prices: Readonly<Record<PriceName, Price>>;
}

export const LIST_PRICES: PriceList = { region: PRICE_REGION, date: PRICE_DATE, prices: PRICES };

/** US dollars for this quantity. */
export function usdOf({ prices }: PriceList, name: PriceName, quantity: number): number {
  const { usd, per } = prices[name];
  return (quantity / per) * usd;
}

function price(usd: number, per: number, of: string, source: Price['source'], note: string): Price {
  return { usd, per, of, source, note };
}
