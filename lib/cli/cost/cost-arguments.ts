import { parseArgs } from 'node:util';
import { CostError } from '../../cost/cost-error.ts';
import { DEFAULT_EVENT_SOURCE, type EventSource } from '../../cost/event-source.ts';
import type { TrafficShape } from '../../traffic/traffic-shape.ts';
import { type SampleLimits, sampleSize } from '../../traffic/traffic-shape.ts';
import { type NumberOption, readNumber } from './number-option.ts';

export const COST_USAGE = `Usage: npm run cost -- [--traces-per-day 1e6 --spans-per-trace 10 …]

Prints what a month of this traffic costs, by service. A sample of such traces goes through the pipeline on this machine;
every call to DynamoDB, SQS and S3 is counted in the units that are paid for.

  --traces-per-day <n>      default 1e6
  --spans-per-trace <n>     default 10
  --services-per-trace <n>  services that send spans of a trace (default 4)
  --requests-per-trace <n>  export requests that a trace arrives in: one for each service, or 1.5 behind a Collector
  --spans-per-request <n>   spans of all traces in one request (default 30; 300 behind a Collector)
  --span-bytes <n>          of one span, uncompressed (default 400)
  --kept-percent <n>        traces that are kept (default 5)
  --behind-collector        requests come from a Collector, which mixes services
  --http-api                API Gateway in front instead of a function URL
  --provisioned             provisioned DynamoDB capacity, 70 % of it used, instead of on-demand
  --retention-days <n>      how long kept traces stay in the bucket (default 30)
  --window <s>              longest wait of the event source for a full batch (default ${DEFAULT_EVENT_SOURCE.windowSeconds})
  --batch-size <n>          most messages of a batch (default ${DEFAULT_EVENT_SOURCE.batchSize})
  --prices <file>           JSON with prices of another region or of a contract: docs/cost.md
  --sample <n>              traces in the sample (default: 120, or as many as fill the requests)
  --json                    all of it as one JSON object
  --help                    this text`;

export interface CostArguments {
  readonly shape: TrafficShape;
  readonly sampleTraces: number;
  readonly eventSource: EventSource;
  readonly retentionDays: number;
  readonly httpApi: boolean;
  readonly provisioned: boolean;
  readonly pricesFile: string | undefined;
  readonly json: boolean;
}

const NUMBERS = {
  'traces-per-day': { min: 1, max: 1e12, isWhole: false },
  'spans-per-trace': { min: 1, max: 2000, isWhole: true },
  'services-per-trace': { min: 1, max: 200, isWhole: true },
  'requests-per-trace': { min: 1, max: 500, isWhole: false },
  'spans-per-request': { min: 1, max: 8192, isWhole: true },
  'span-bytes': { min: 100, max: 100_000, isWhole: true },
  'kept-percent': { min: 0, max: 100, isWhole: false },
  'retention-days': { min: 1, max: 3650, isWhole: false },
  window: { min: 0, max: 300, isWhole: true },
  'batch-size': { min: 1, max: 10_000, isWhole: true },
  sample: { min: 50, max: 5000, isWhole: true },
} satisfies Readonly<Record<string, NumberOption>>;

type NumberName = keyof typeof NUMBERS;

const FLAGS = ['behind-collector', 'http-api', 'provisioned', 'json', 'help'] as const;
const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];

/** @returns undefined when help was asked for @throws {CostError} with everything that is wrong with the command line */
export function parseCostArguments(argv: readonly string[]): CostArguments | undefined {
  const issues: string[] = [];
  const { given, flags, pricesFile } = parse(argv, issues);
  if (flags.has('help')) return undefined;
  const number = (name: NumberName, byDefault: number) => {
    const text = given.get(name);
    if (text === undefined) return byDefault;
    const read = readNumber(text, NUMBERS[name]);
    if (typeof read === 'number') return read;
    issues.push(`--${name} is "${text}": ${read}`);
    return byDefault;
  };
  const behindCollector = flags.has('behind-collector');
  const spansPerTrace = number('spans-per-trace', 10);
  const servicesPerTrace = number('services-per-trace', Math.min(4, spansPerTrace));
  const shape: TrafficShape = {
    tracesPerDay: number('traces-per-day', 1e6),
    spansPerTrace,
    servicesPerTrace,
    requestsPerTrace: number('requests-per-trace', behindCollector ? Math.min(1.5, spansPerTrace) : servicesPerTrace),
    spansPerRequest: number('spans-per-request', behindCollector ? 300 : 30),
    spanBytes: number('span-bytes', 400),
    keptPercent: number('kept-percent', 5),
    behindCollector,
  };
  const limits: SampleLimits = { asked: given.has('sample') ? number('sample', 0) : undefined, ...NUMBERS.sample };
  const eventSource = {
    windowSeconds: number('window', DEFAULT_EVENT_SOURCE.windowSeconds),
    batchSize: number('batch-size', DEFAULT_EVENT_SOURCE.batchSize),
  };
  const retentionDays = number('retention-days', 30);
  if (issues.length === 0) issues.push(...contradictions(shape));
  const size = issues.length === 0 ? sampleSize(shape, limits) : 0;
  if (typeof size === 'string') issues.push(size);
  if (issues.length > 0) throw new CostError(issues);
  return {
    shape,
    sampleTraces: Number(size),
    eventSource,
    retentionDays,
    httpApi: flags.has('http-api'),
    provisioned: flags.has('provisioned'),
    pricesFile,
    json: flags.has('json'),
  };
}

/** Lenient, so that everything that is wrong can be said at once. */
function parse(argv: readonly string[], issues: string[]) {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries([...NUMBER_NAMES, 'prices'].map((name) => [name, { type: 'string' as const }])),
  });
  const given = new Map<string, string>();
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') issues.push(`"${token.value}" belongs to no option`);
    if (token.kind !== 'option') continue;
    const { rawName, name, value } = token;
    if (rawName === '-h' || FLAGS.some((flag) => flag === name)) {
      if (value !== undefined) issues.push(`${rawName} takes no value, got "${value}"`);
      flags.add(rawName === '-h' ? 'help' : name);
    } else if (name !== 'prices' && !NUMBER_NAMES.some((known) => known === name)) {
      issues.push(`${rawName} is no option; --help lists them`);
    } else if (value === undefined || value === '') issues.push(`${rawName} has no value`);
    else given.set(name, value);
  }
  return { given, flags, pricesFile: given.get('prices') };
}

function contradictions(shape: TrafficShape): string[] {
  const { spansPerTrace, servicesPerTrace, requestsPerTrace, spansPerRequest, behindCollector } = shape;
  const issues: string[] = [];
  const spans = spansPerTrace === 1 ? '1 span' : `${spansPerTrace} spans`;
  if (servicesPerTrace > spansPerTrace) {
    issues.push(`--services-per-trace is ${servicesPerTrace}: a trace of ${spans} has at most as many services`);
  }
  if (requestsPerTrace > spansPerTrace) {
    issues.push(`--requests-per-trace is ${requestsPerTrace}: a trace of ${spans} comes in at most as many requests`);
  }
  if (!behindCollector && requestsPerTrace < servicesPerTrace) {
    issues.push(
      `--requests-per-trace is ${requestsPerTrace}: each of the ${servicesPerTrace} services sends one at least; fewer need --behind-collector`,
    );
  }
  if (spansPerRequest < spansPerTrace / requestsPerTrace) {
    issues.push(
      `--spans-per-request is ${spansPerRequest}: a request has at least the ${spansPerTrace / requestsPerTrace} spans that a trace brings to it`,
    );
  }
  return issues;
}
