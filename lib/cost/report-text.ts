import { renderTable, type TableColumn } from '../terminal/table.ts';
import { wrapText } from '../text/messages.ts';
import { type Alternative, TWO_TIERS } from './alternatives.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { BillLine } from './bill.ts';
import type { CostReport } from './cost-report.ts';
import type { PriceList } from './prices.ts';

/** Dollars and cents: `$1,234.50`, or `< $0.01`. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.005) return '< $0.01';
  return `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** Whole dollars, for figures that are not more precise: `$1,234`. */
export function wholeDollars(usd: number): string {
  return usd > 0 && usd < 1 ? '< $1' : `$${Math.round(usd).toLocaleString('en')}`;
}

/** A count with three or four digits: `12.3`, `1,234`, `121.7 M`. */
export function amount(count: number): string {
  const text = (value: number, digits: number) => value.toLocaleString('en', { maximumFractionDigits: digits });
  if (count >= 1e12) return `${text(count / 1e9, 0)} G`;
  if (count >= 1e9) return `${text(count / 1e9, 2)} G`;
  if (count >= 1e6) return `${text(count / 1e6, 1)} M`;
  return text(count, count < 10 ? 2 : count < 100 ? 1 : 0);
}

/** Two significant digits, because an estimate is not more precise: `480,000`. */
export function roughly(count: number): string {
  return count.toLocaleString('en', { maximumSignificantDigits: 2 });
}

/** `2.4 times`. */
function times(factor: number): string {
  return `${factor.toLocaleString('en', { maximumSignificantDigits: 2 })} times`;
}

/** Says in plain words at which volumes Collectors cost less than Tailgate. */
export function breakEvenText({ bill, collectorsUsd, breakEven, shape }: CostReport): string {
  const here = `At ${shape.tracesPerDay.toLocaleString('en')} a day ${comparison(bill.usd, collectorsUsd)}.`;
  const where =
    breakEven === 'always'
      ? `${TWO_TIERS} cost less than Tailgate at any volume.`
      : breakEven === 'never'
        ? `Tailgate costs less than ${TWO_TIERS} at any volume.`
        : `Up to about ${roughly(breakEven)} traces a day Tailgate is cheaper than ${TWO_TIERS}; above that the Collectors are.`;
  return `${where} ${here}`;
}

function comparison(usd: number, otherUsd: number): string {
  if (Math.abs(usd / otherUsd - 1) < 0.05) return 'both cost about the same';
  return usd > otherUsd
    ? `Tailgate costs ${times(usd / otherUsd)} as much`
    : `the Collectors cost ${times(otherUsd / usd)} as much`;
}

const MAX_WIDTH = 100;
const MIN_ASSUMES_WIDTH = 16;

/** How the report looks. */
export interface ReportStyle {
  readonly bold: (text: string) => string;
  /** Columns of the terminal, if it is one. */
  readonly width?: number | undefined;
}

/** The report as text, no wider than the terminal and at most 100 columns wide. */
export function reportText(report: CostReport, { bold, width: columns = MAX_WIDTH }: ReportStyle): string {
  const width = Math.min(columns, MAX_WIDTH);
  const table = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]) =>
    renderTable({ columns, rows }, { width, bold });
  const wrap = (text: string) => `${wrapText(text, width)}\n`;
  const { bill, counts, variants, alternatives, priceList } = report;
  const sections = [
    shapeText(report).map(wrap).join(''),
    table(BILL_COLUMNS, [
      ...bill.lines.map((line, index) => billRow(line, bill.lines[index - 1])),
      ['', 'total', '', '', dollars(bill.usd)],
      ['', 'per million traces', '', '', dollars(bill.usdPerMillionTraces)],
    ]),
    wrap(
      `Counted on ${counts.traces} traces (${counts.keptTraces} of them kept) in ${counts.requests} export requests, ${counts.fragments} fragments.`,
    ),
    table(ALTERNATIVE_COLUMNS, alternativeRows([...variants, ...alternatives], width)),
    wrap(breakEvenText(report)),
    wrap(assumptionsText(report)),
    wrap(priceText(priceList)),
  ];
  return sections.join('\n');
}

const BILL_COLUMNS: readonly TableColumn[] = [
  { title: 'service', align: 'left' },
  { title: 'what is paid for', align: 'left' },
  { title: 'a month', align: 'right' },
  { title: '', align: 'left' },
  { title: '$ a month', align: 'right' },
];

const ALTERNATIVE_COLUMNS: readonly TableColumn[] = [
  { title: 'the same traffic', align: 'left' },
  { title: '$ a month', align: 'right' },
  { title: 'assumes', align: 'left' },
];

function billRow(line: BillLine, before: BillLine | undefined): string[] {
  const service = line.service === before?.service ? '' : line.service;
  return [service, line.what, amount(line.quantity), line.unit, dollars(line.usd)];
}

/** A row each; what an alternative assumes goes on in further rows where the terminal is too narrow for it. */
function alternativeRows(alternatives: readonly Alternative[], width: number): string[][] {
  const [first, second] = ALTERNATIVE_COLUMNS.map(({ title }) => title.length);
  const taken = Math.max(first ?? 0, ...alternatives.map(({ name }) => name.length)) + 2 + (second ?? 0) + 2;
  return alternatives.flatMap(({ name, usd, assumes }) =>
    wrapText(assumes, Math.max(MIN_ASSUMES_WIDTH, width - taken))
      .split('\n')
      .map((line, index) => (index === 0 ? [name, wholeDollars(usd), line] : ['', '', line])),
  );
}

function shapeText({ shape, options }: CostReport): string[] {
  const how = [
    options.provisioned ? 'provisioned capacity' : 'on-demand capacity',
    options.httpApi ? 'HTTP API' : 'function URL',
    ...(shape.behindCollector ? ['behind a Collector'] : []),
  ];
  return [
    `${shape.tracesPerDay.toLocaleString('en')} traces a day, ${shape.spansPerTrace} spans of ${shape.spanBytes} bytes each, ${shape.keptPercent} % kept`,
    `${shape.servicesPerTrace} services, ${shape.requestsPerTrace} export requests a trace, ${shape.spansPerRequest} spans a request; ${how.join(', ')}`,
  ];
}

function assumptionsText({ options }: CostReport): string {
  const { ingest, decide, memoryGb } = ASSUMPTIONS;
  return (
    `Assumed, not counted: even traffic; Lambda time (${Math.round(memoryGb * 1024)} MB; ingest ${ingest.msPerRequest} ms a request, ` +
    `${ingest.msPerSpan} a span, ${ingest.msPerFragment} a fragment, ${ingest.msPerBatchWrite} a batch write; decide ${decide.msPerBatch} ms a batch, ` +
    `${decide.msPerLook} an evaluation of a trace, ${decide.msPerFragment} a fragment; no cold starts); batches of up to ${options.eventSource.batchSize} wake-ups ` +
    `in ${options.eventSource.windowSeconds} s; one wake-up a receive; ${ASSUMPTIONS.platformLogBytes + ASSUMPTIONS.metricLogBytes} bytes of log an invocation. ` +
    'Not included: queries with Athena, traffic that is resent after throttling, free tiers, discounts, taxes.'
  );
}

function priceText({ region, date, prices }: PriceList): string {
  const unsure = Object.values(prices).filter(({ source }) => source !== 'vendor').length;
  const all = Object.values(prices).length;
  return `Prices of ${date}, ${region}; ${unsure} of ${all} are second-hand or recalled: check them, or give your own with --prices.`;
}
