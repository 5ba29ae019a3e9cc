import { behindCollector, type CostReport, reportCost } from '../cost/cost-report.ts';
import { measure } from '../cost/measure-sample.ts';
import { LIST_PRICES, type PriceList } from '../cost/prices.ts';
import { readPrices } from '../cost/read-prices.ts';
import { breakEvenText, reportText } from '../cost/report-text.ts';
import { type ExitCode, UsageError } from '../terminal/errors.ts';
import { readNamedText } from '../terminal/read-file.ts';
import { jsonText } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sampleSize } from '../traffic/traffic-shape.ts';
import { MAX_SAMPLE_TRACES, type TrafficOptions, trafficShapeOf } from './traffic-options.ts';

export interface CostInput extends TrafficOptions {
  readonly httpApi: boolean;
  readonly provisioned: boolean;
  readonly retentionDays: number;
  /** Seconds that the event source waits at most for a full batch. */
  readonly window: number;
  readonly batchSize: number;
  /** File with prices; undefined: list prices. */
  readonly prices: string | undefined;
  /** Traces in the sample; undefined: as many as it takes. */
  readonly sample: number | undefined;
  readonly json: boolean;
}

export interface CostDeps {
  /** The text of a file. @throws {CommandError} when it cannot be read */
  readonly read: (file: string) => string;
}

/** Prints what a month of traffic costs. */
export async function runCost(
  input: CostInput,
  terminal: Terminal,
  { read }: CostDeps = { read: readNamedText },
): Promise<ExitCode> {
  const priceList = input.prices === undefined ? LIST_PRICES : readPrices(input.prices, read(input.prices));
  let howFar = 'sample: 0 %';
  const progress = terminal.progress(() => howFar);
  let report: CostReport;
  try {
    report = await costOf(input, priceList, (what, percent) => {
      howFar = `${what}: ${percent} %`;
    });
  } finally {
    progress.finish();
  }
  terminal.print(input.json ? jsonText(toJson(report), 2) : reportText(report, terminal).trimEnd());
  return 0;
}

async function costOf(
  input: CostInput,
  priceList: PriceList,
  show: (what: string, percent: number) => void,
): Promise<CostReport> {
  const shape = trafficShapeOf(input);
  const size = sampleSize(shape, { asked: input.sample, max: MAX_SAMPLE_TRACES });
  if (typeof size === 'string') throw new UsageError([size]);
  const eventSource = { windowSeconds: input.window, batchSize: input.batchSize };
  const progress = (what: string) => (done: number, total: number) => show(what, Math.floor((done * 100) / total));
  const measured = await measure(shape, size, eventSource, progress('sample'));
  const otherShape = behindCollector(shape);
  const otherSize = shape.behindCollector ? 0 : sampleSize(otherShape, { asked: undefined, max: MAX_SAMPLE_TRACES });
  const collector =
    typeof otherSize === 'string' || otherSize === 0
      ? undefined
      : await measure(otherShape, otherSize, eventSource, progress('sample behind a Collector'));
  return reportCost(measured, collector, { ...input, eventSource }, priceList);
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
