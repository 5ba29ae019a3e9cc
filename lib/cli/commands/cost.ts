import { DEFAULT_EVENT_SOURCE } from '../../cost/event-source.ts';
import { defineCommand } from '../../terminal/define-command.ts';
import { decimalNumber, file, flag, wholeNumber } from '../../terminal/option.ts';
import { sampleSize } from '../../traffic/traffic-shape.ts';
import { contradictions, MAX_SAMPLE_TRACES, trafficShapeOf } from '../traffic-options.ts';

export const cost = defineCommand({
  name: 'cost',
  summary: 'print what a month of your traffic costs on AWS',
  description:
    'Prints what a month of your traffic costs, by service. It runs a sample of such traces through the pipeline on this ' +
    'machine and counts every call to DynamoDB, SQS and S3 in the units that AWS bills.',
  options: {
    tracesPerDay: decimalNumber({ min: 1, max: 1e12, default: 1e6, defaultText: '1e6', help: 'traces a day' }),
    spansPerTrace: wholeNumber({ min: 1, max: 2000, default: 10, help: 'spans of a trace' }),
    servicesPerTrace: wholeNumber({
      min: 1,
      max: 200,
      defaultText: '4',
      help: 'services that send spans of a trace',
    }),
    requestsPerTrace: decimalNumber({
      min: 1,
      max: 500,
      defaultText: 'one for each service, or 1.5 behind a Collector',
      help: 'export requests that the spans of a trace arrive in',
    }),
    spansPerRequest: wholeNumber({
      min: 1,
      max: 8192,
      defaultText: '30, or 300 behind a Collector',
      help: 'spans of all traces in one request',
    }),
    spanBytes: wholeNumber({ min: 100, max: 100_000, default: 400, help: 'bytes of one span, uncompressed' }),
    keptPercent: decimalNumber({ min: 0, max: 100, default: 5, help: 'share of the traces that are kept' }),
    behindCollector: flag({ help: 'requests come from a Collector, which mixes services' }),
    httpApi: flag({ help: 'API Gateway in front instead of a function URL' }),
    provisioned: flag({ help: 'provisioned DynamoDB capacity, 70 % of it used, instead of on-demand' }),
    retentionDays: decimalNumber({ min: 1, max: 3650, default: 30, help: 'days that kept traces stay in the bucket' }),
    window: wholeNumber({
      min: 0,
      max: 300,
      default: DEFAULT_EVENT_SOURCE.windowSeconds,
      help: 'longest wait of the event source for a full batch, in seconds',
    }),
    batchSize: wholeNumber({
      min: 1,
      max: 10_000,
      default: DEFAULT_EVENT_SOURCE.batchSize,
      help: 'largest batch, in messages',
    }),
    prices: file({ help: 'JSON with prices of another region or of a contract: docs/cost.md' }),
    sample: wholeNumber({
      min: 50,
      max: MAX_SAMPLE_TRACES,
      defaultText: '120, or as many as fill the requests',
      help: 'traces in the sample',
    }),
    json: flag({ help: 'print the whole report as one JSON object' }),
  },
  examples: [
    ['tailgate cost --traces-per-day 2e5 --kept-percent 10', '200,000 traces a day, of which a tenth are kept'],
    ['tailgate cost --behind-collector', 'with a Collector that sends the spans of all services'],
  ],
  check(given, isGiven) {
    const { tracesPerDay, spansPerTrace, spanBytes, keptPercent, behindCollector } = given;
    const { servicesPerTrace, requestsPerTrace, spansPerRequest } = given;
    const derived = { servicesPerTrace, requestsPerTrace, spansPerRequest };
    const isDerivedWrong = Object.entries(derived).some(([name, value]) => value === undefined && isGiven(name));
    if (tracesPerDay === undefined || spansPerTrace === undefined || spanBytes === undefined) return [];
    if (keptPercent === undefined || behindCollector === undefined || isDerivedWrong) return [];
    const shape = trafficShapeOf({ tracesPerDay, spansPerTrace, spanBytes, keptPercent, behindCollector, ...derived });
    const problems = contradictions(shape);
    if (problems.length > 0 || (given.sample === undefined && isGiven('sample'))) return problems;
    const size = sampleSize(shape, { asked: given.sample, max: MAX_SAMPLE_TRACES });
    return typeof size === 'string' ? [size] : [];
  },
  load: async () => (await import('../cost.ts')).runCost,
});
