import { breakEvenText } from '../cli/cost/break-even-text.ts';
import { amount, dollars, wholeDollars } from '../cli/cost/figures.ts';
import { renderTable, type TableColumn } from '../terminal/table.ts';
import type { Alternative } from './alternatives.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { BillLine } from './bill.ts';
import type { CostReport } from './cost-report.ts';
import type { PriceList } from './prices.ts';

const WIDTH = 100;

/** The report for a terminal, no wider than 100 columns. */
export function reportText(report: CostReport, bold: (text: string) => string): string {
  const { bill, counts, variants, alternatives, priceList } = report;
  const sections = [
    shapeText(report),
    table(bold, BILL_COLUMNS, [
      ...bill.lines.map((line, index) => billRow(line, bill.lines[index - 1])),
      ['', 'total', '', '', dollars(bill.usd)],
      ['', 'per million traces', '', '', dollars(bill.usdPerMillionTraces)],
    ]),
    `Counted on ${counts.traces} traces (${counts.keptTraces} of them kept) in ${counts.requests} export requests, ${counts.fragments} fragments.\n`,
    table(bold, ALTERNATIVE_COLUMNS, [...variants, ...alternatives].map(alternativeRow)),
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

function table(bold: (text: string) => string, columns: readonly TableColumn[], rows: readonly (readonly string[])[]) {
  return renderTable({ columns, rows }, { width: WIDTH, bold });
}

function billRow(line: BillLine, before: BillLine | undefined): string[] {
  const service = line.service === before?.service ? '' : line.service;
  return [service, line.what, amount(line.quantity), line.unit, dollars(line.usd)];
}

function alternativeRow({ name, usd, assumes }: Alternative): string[] {
  return [name, wholeDollars(usd), assumes];
}

function shapeText({ shape, options }: CostReport): string {
  const how = [
    options.provisioned ? 'provisioned capacity' : 'on-demand capacity',
    options.httpApi ? 'HTTP API' : 'function URL',
    ...(shape.behindCollector ? ['behind a Collector'] : []),
  ];
  return [
    `${shape.tracesPerDay.toLocaleString('en')} traces a day, ${shape.spansPerTrace} spans of ${shape.spanBytes} bytes each, ${shape.keptPercent} % kept`,
    `${shape.servicesPerTrace} services, ${shape.requestsPerTrace} export requests a trace, ${shape.spansPerRequest} spans a request; ${how.join(', ')}\n`,
  ].join('\n');
}

function assumptionsText({ options }: CostReport): string {
  const { ingest, decide, memoryGb } = ASSUMPTIONS;
  return (
    `Assumed, not counted: even traffic; Lambda time (${Math.round(memoryGb * 1024)} MB; ingest ${ingest.msPerRequest} ms a request, ` +
    `${ingest.msPerSpan} a span, ${ingest.msPerFragment} a fragment, ${ingest.msPerBatchWrite} a batch write; decide ${decide.msPerBatch} ms a batch, ` +
    `${decide.msPerLook} a look at a trace, ${decide.msPerFragment} a fragment; no cold starts); batches of up to ${options.eventSource.batchSize} wake-ups ` +
    `in ${options.eventSource.windowSeconds} s; one wake-up a receive; ${ASSUMPTIONS.platformLogBytes + ASSUMPTIONS.metricLogBytes} bytes of log an invocation. ` +
    'Not in it: queries with Athena, traffic that throttling sends twice, free tiers, discounts, taxes.'
  );
}

function priceText({ region, date, prices }: PriceList): string {
  const unsure = Object.values(prices).filter(({ source }) => source !== 'vendor').length;
  const all = Object.values(prices).length;
  return `Prices of ${date}, ${region}; ${unsure} of ${all} are second-hand or recalled: check them, or give your own with --prices.`;
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}
