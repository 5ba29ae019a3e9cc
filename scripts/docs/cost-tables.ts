import { alternativesFor, COLLECTOR_SIZING, TWO_TIERS } from '../../lib/cost/alternatives.ts';
import { ASSUMPTIONS } from '../../lib/cost/assumptions.ts';
import { behindCollector, billOf, type CostOptions, reportCost } from '../../lib/cost/cost-report.ts';
import { DEFAULT_EVENT_SOURCE } from '../../lib/cost/event-source.ts';
import { type Measured, measure } from '../../lib/cost/measure-sample.ts';
import { LIST_PRICES, PRICE_DATE, PRICE_REGION, PRICES, type Price } from '../../lib/cost/prices.ts';
import { amount, breakEvenText, dollars, roughly, wholeDollars } from '../../lib/cost/report-text.ts';
import { wrapText } from '../../lib/text/messages.ts';
import { spansPerSecond, type TrafficShape } from '../../lib/traffic/traffic-shape.ts';
import { markdownTable } from './generated-blocks.ts';

/** The traffic that `tailgate cost` assumes by default. */
const SHAPE: TrafficShape = {
  tracesPerDay: 1e6,
  spansPerTrace: 10,
  servicesPerTrace: 4,
  requestsPerTrace: 4,
  spansPerRequest: 30,
  spanBytes: 400,
  keptPercent: 5,
  behindCollector: false,
};
const VOLUMES = [1e4, 1e5, 1e6, 1e7];
/** Of the text around the blocks. */
const PROSE_WIDTH = 120;
const SAMPLE_TRACES = 120;
const OPTIONS: CostOptions = {
  eventSource: DEFAULT_EVENT_SOURCE,
  retentionDays: 30,
  httpApi: false,
  provisioned: false,
};

/** The generated blocks of docs/cost.md and of the README, by name. Runs the samples. */
export async function costTables(): Promise<ReadonlyMap<string, string>> {
  const direct = await measure(SHAPE, SAMPLE_TRACES, OPTIONS.eventSource);
  const collector = await measure(behindCollector(SHAPE), SAMPLE_TRACES, OPTIONS.eventSource);
  const report = reportCost(direct, collector, OPTIONS, LIST_PRICES);
  return new Map([
    ['cost by volume', `${volumeTable(direct, collector)}\n\n${wrapText(breakEvenText(report), PROSE_WIDTH)}`],
    ['cost of a million traces a day', billTable(direct)],
    ['cost assumptions', assumptionTable()],
    ['collector sizes', collectorTable()],
    ['prices', `List prices of ${PRICE_DATE}, ${PRICE_REGION}:\n\n${priceTable()}`],
  ]);
}

/** A row for each way, so that the table fits a terminal of 80 columns. */
function volumeTable(direct: Measured, collector: Measured): string {
  const others = [TWO_TIERS, 'AWS X-Ray, every trace', 'Grafana Adaptive Traces', 'Datadog, without its hosts'];
  const shapes = VOLUMES.map((tracesPerDay) => ({ ...SHAPE, tracesPerDay }));
  const bills = (measured: Measured, options: CostOptions) =>
    VOLUMES.map((tracesPerDay) => wholeDollars(billOf(measured, options, LIST_PRICES, tracesPerDay).usd));
  const alternatives = shapes.map((shape) => alternativesFor(shape, LIST_PRICES));
  return markdownTable(
    ['traces a day', ...VOLUMES.map((tracesPerDay) => tracesPerDay.toLocaleString('en'))],
    [
      ['spans a second', ...shapes.map((shape) => roughly(spansPerSecond(shape)))],
      ['**Tailgate**', ...bills(direct, OPTIONS).map((usd) => `**${usd}**`)],
      ['Tailgate, provisioned', ...bills(direct, { ...OPTIONS, provisioned: true })],
      ['Tailgate behind a Collector', ...bills(collector, OPTIONS)],
      ...others.map((name) => [
        name,
        ...alternatives.map((all) => wholeDollars(all.find((other) => other.name === name)?.usd ?? Number.NaN)),
      ]),
    ],
  );
}

function billTable(measured: Measured): string {
  const { lines, usd, usdPerMillionTraces } = billOf(measured, OPTIONS, LIST_PRICES);
  return markdownTable(
    ['service', 'what is paid for', 'a month', '$ a month'],
    [
      ...lines.map((line) => [line.service, line.what, `${amount(line.quantity)} ${line.unit}`, dollars(line.usd)]),
      ['', '**total**', '', `**${dollars(usd)}**`],
      ['', 'per million traces', '', dollars(usdPerMillionTraces)],
    ],
  );
}

function assumptionTable(): string {
  const { ingest, decide, memoryGb, utilisation } = ASSUMPTIONS;
  return markdownTable(
    ['what', 'assumed'],
    [
      ['memory of a function', `${Math.round(memoryGb * 1024)} MB, arm64`],
      [
        'compression',
        'with the built-in dictionary; a trained one saves up to a quarter of the write units of fragments',
      ],
      [
        'time of ingest',
        `${ingest.msPerRequest} ms a request, ${ingest.msPerSpan} ms a span, ${ingest.msPerFragment} ms a fragment, ${ingest.msPerBatchWrite} ms a batch write`,
      ],
      [
        'time of decide',
        `${decide.msPerBatch} ms a batch, ${decide.msPerLook} ms an evaluation of a trace, ${decide.msPerFragment} ms a fragment in it`,
      ],
      [
        'batches of wake-ups',
        `up to ${DEFAULT_EVENT_SOURCE.batchSize}, or what arrives in ${DEFAULT_EVENT_SOURCE.windowSeconds} s, for each of 5 pollers`,
      ],
      ['wake-ups a receive', String(ASSUMPTIONS.messagesPerReceive)],
      ['empty receives', `one in ${ASSUMPTIONS.longPollSeconds} s for each poller while fewer messages arrive`],
      ['days in the table', `${ASSUMPTIONS.fragmentDays} a fragment, ${ASSUMPTIONS.recordDays} a decision record`],
      [
        'log of an invocation',
        `${ASSUMPTIONS.platformLogBytes} bytes of Lambda's own, ${ASSUMPTIONS.metricLogBytes} of metrics; the lines of decide are counted`,
      ],
      [
        'monitoring',
        `${ASSUMPTIONS.metrics} metrics, ${ASSUMPTIONS.alarms} alarms on ${ASSUMPTIONS.alarmMetrics} metrics, ${ASSUMPTIONS.dashboards} dashboard`,
      ],
      ['provisioned capacity', `${utilisation * 100} % utilised`],
    ],
  );
}

function collectorTable(): string {
  const { routing, sampling, single, gbPerVcpu } = COLLECTOR_SIZING;
  return markdownTable(
    ['part', 'at least', 'spans a second for each vCPU'],
    [
      ['routing tier', `${routing.minVcpu} vCPU in two tasks`, roughly(routing.spansPerSecondPerVcpu)],
      ['sampling tier', `${sampling.minVcpu} vCPU in two tasks`, roughly(sampling.spansPerSecondPerVcpu)],
      ['one Collector alone', `${single.vcpu} vCPU`, roughly(single.maxSpansPerSecond / single.vcpu)],
      ['memory', `${gbPerVcpu} GB for each vCPU`, ''],
    ],
  );
}

function priceTable(): string {
  const rows = Object.entries<Price>(PRICES).map(([name, { usd, per, of, source, note }]) => [
    `\`${name}\``,
    `$${usd}`,
    `${per === 1 ? '' : `${per.toLocaleString('en')} `}${of}`,
    source,
    note,
  ]);
  return markdownTable(['name', 'price', 'for', 'source', 'from'], rows);
}
