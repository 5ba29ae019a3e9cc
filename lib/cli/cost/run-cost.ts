import { CostError } from '../../cost/cost-error.ts';
import { behindCollector, type CostReport, type Measured, reportCost } from '../../cost/cost-report.ts';
import type { EventSource } from '../../cost/event-source.ts';
import { measureSample, SAMPLE_TIME_MS, type SampleProgress } from '../../cost/measure-sample.ts';
import { LIST_PRICES, type PriceList } from '../../cost/prices.ts';
import { readPrices } from '../../cost/read-prices.ts';
import { breakEvenText, reportText } from '../../cost/report-text.ts';
import { sampleRequests } from '../../traffic/sample-requests.ts';
import type { TrafficShape } from '../../traffic/traffic-shape.ts';
import { keptInSample, sampleSize } from '../../traffic/traffic-shape.ts';
import { COST_USAGE, type CostArguments, parseCostArguments } from './cost-arguments.ts';

export interface CostIo {
  /** The text of a file; throws when there is none. */
  readonly read: (file: string) => string;
  readonly print: (text: string) => void;
  readonly complain: (line: string) => void;
  /** How far it is, in percent; called often. */
  readonly progress: (what: string, percent: number) => void;
  readonly bold: (text: string) => string;
}

/** The command `cost`. Resolves to the exit code: 0, or 1 when something that was given is wrong. */
export async function runCost(argv: readonly string[], io: CostIo): Promise<0 | 1> {
  let args: CostArguments | undefined;
  let priceList: PriceList = LIST_PRICES;
  try {
    args = parseCostArguments(argv);
    if (args?.pricesFile !== undefined) priceList = readPrices(args.pricesFile, readFile(args.pricesFile, io));
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    for (const issue of error.issues) io.complain(`error: ${issue}`);
    return 1;
  }
  if (args === undefined) {
    io.print(COST_USAGE);
    return 0;
  }
  const report = await costOf(args, priceList, io);
  io.print(args.json ? JSON.stringify(toJson(report), undefined, 2) : reportText(report, io.bold).trimEnd());
  return 0;
}

function readFile(file: string, io: CostIo): string {
  try {
    return io.read(file);
  } catch (error) {
    throw new CostError([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function costOf(args: CostArguments, priceList: PriceList, io: CostIo): Promise<CostReport> {
  const { shape, eventSource } = args;
  const progress = (what: string) => (done: number, total: number) =>
    io.progress(what, Math.floor((done * 100) / total));
  const measured = await measure(shape, args.sampleTraces, eventSource, progress('sample'));
  const otherShape = behindCollector(shape);
  const otherSize = shape.behindCollector ? 0 : sampleSize(otherShape, { asked: undefined, max: 5000 });
  const collector =
    typeof otherSize === 'string' || otherSize === 0
      ? undefined
      : await measure(otherShape, otherSize, eventSource, progress('sample behind a Collector'));
  return reportCost(measured, collector, args, priceList);
}

/** Makes a sample of a shape and counts it. */
export async function measure(
  shape: TrafficShape,
  traces: number,
  eventSource: EventSource,
  progress: SampleProgress = () => {},
): Promise<Measured> {
  const sample = sampleRequests(shape, traces, keptInSample(shape, traces), SAMPLE_TIME_MS);
  return { shape, counts: await measureSample(sample, shape, eventSource, progress) };
}

function toJson(report: CostReport) {
  const { counts, options, ...rest } = report;
  const { calls, ...sample } = counts;
  const { eventSource, retentionDays, httpApi, provisioned } = options;
  return {
    ...rest,
    options: { eventSource, retentionDays, httpApi, provisioned },
    sample: { ...sample, calls: Object.fromEntries(calls.operations.map((name) => [name, calls.of(name)])) },
    summary: breakEvenText(report),
  };
}
