import { beforeAll, describe, expect, it } from 'vitest';
import { cost as command } from '../../lib/cli/commands/cost.ts';
import { type CostInput, runCost } from '../../lib/cli/cost.ts';
import { trafficShapeOf } from '../../lib/cli/traffic-options.ts';
import { unreadableFile } from '../../lib/terminal/read-file.ts';
import type { TrafficShape } from '../../lib/traffic/traffic-shape.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';
import { runWith } from '../support/run-command.ts';

async function cost(argv: readonly string[], files: Readonly<Record<string, string>> = {}, width?: number) {
  const read = (file: string) => {
    const text = files[file];
    if (text === undefined) throw unreadableFile(file, new Error('it is only here'));
    return text;
  };
  const steps: string[] = [];
  const terminal = new RecordingTerminal(width === undefined ? {} : { width });
  const timer = setInterval(() => steps.push(terminal.describe?.() ?? ''), 1);
  const ran = await runWith<CostInput>(command, argv, (input, screen) => runCost(input, screen, { read }), terminal);
  clearInterval(timer);
  return { code: ran.code, out: ran.lines.join('\n'), complaints: ran.complaints, steps };
}

/** The shape that arguments describe, without the run. */
async function shapeOf(...argv: string[]) {
  const shapes: TrafficShape[] = [];
  await runWith<CostInput>(command, argv, (input) => {
    shapes.push(trafficShapeOf(input));
    return 0;
  });
  return shapes[0];
}

async function problemsOf(argv: readonly string[]): Promise<readonly string[]> {
  const { code, complaints } = await runWith(command, argv, () => 0);
  return code === 0 ? [] : complaints.slice(0, -1).map((line) => line.replace(/^error: /, ''));
}

describe('the command line of cost', () => {
  it('has the usual traffic by default, and that of a Collector', async () => {
    const plain = { servicesPerTrace: 4, requestsPerTrace: 4, spansPerRequest: 30, spanBytes: 400, keptPercent: 5 };
    expect(await shapeOf()).toMatchObject({ tracesPerDay: 1e6, spansPerTrace: 10, ...plain });
    expect(await shapeOf('--behind-collector')).toMatchObject({
      requestsPerTrace: 1.5,
      spansPerRequest: 300,
    });
    expect(await shapeOf('--services-per-trace=6')).toMatchObject({ requestsPerTrace: 6 });
    expect(await shapeOf('--spans-per-trace', '2')).toMatchObject({ servicesPerTrace: 2 });
  });

  it('says everything that is wrong at once, and what is allowed', async () => {
    const argv = [
      '--traces-per-day',
      '-1',
      '--spans-per-trace=1.5',
      '--kept-percent',
      '101',
      '--frobnicate',
      '--json=yes',
    ];
    expect(await problemsOf([...argv, '--window'])).toEqual([
      'unknown option --frobnicate',
      '--json takes no value, got "yes"',
      '--window has no value: expected N, longest wait of the event source for a full batch, in seconds',
      '--traces-per-day is "-1": expected a number from 1 to 1,000,000,000,000',
      '--spans-per-trace is "1.5": expected a whole number from 1 to 2,000',
      '--kept-percent is "101": expected a number from 0 to 100',
    ]);
  });

  it.each(['', ' 5', '0x10', '1e', 'NaN', 'Infinity', '1e400', '5%', '1_000'])(
    'takes "%s" for no number',
    async (text) => {
      expect(await problemsOf([`--traces-per-day=${text}`])).toHaveLength(1);
    },
  );

  it('refuses traces that cannot be', async () => {
    expect(await problemsOf(['--spans-per-trace=2', '--services-per-trace=3', '--requests-per-trace=4'])).toEqual([
      '--services-per-trace is 3: a trace of 2 spans has at most as many services',
      '--requests-per-trace is 4: a trace of 2 spans comes in at most as many requests',
    ]);
    expect(await problemsOf(['--requests-per-trace=1.5'])).toEqual([
      '--requests-per-trace is 1.5: each of the 4 services sends one at least; fewer need --behind-collector',
    ]);
    expect(await problemsOf(['--spans-per-trace=100', '--spans-per-request=10'])).toEqual([
      '--spans-per-request is 10: a request has at least the 25 spans that a trace brings to it',
    ]);
    expect(await problemsOf(['--spans-per-request=8192', '--sample=100'])).toEqual([
      '--sample is 100: 3277 traces fill the requests of each sender',
    ]);
  });
});

describe('a file of prices', () => {
  it('that is wrong is told with every path', async () => {
    const file = JSON.stringify({
      region: 7,
      currency: 'EUR',
      prices: { sqsRequests: 1, s3Put: -1, metric: '0.30', alarm: 0.2 },
    });
    const { code, complaints, out } = await cost(['--prices', 'p.json'], { 'p.json': file });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(complaints).toEqual([
      'error: p.json: currency: unknown; expected region, date and prices',
      'error: p.json: region: expected a text of 1 to 40 plain characters, got 7',
      expect.stringMatching(/^error: p\.json: prices\.sqsRequests: unknown; expected .*; did you mean "sqsRequest"\?$/),
      'error: p.json: prices.s3Put: expected US dollars for 1,000,000 PUT requests, 0 or more, got -1',
      'error: p.json: prices.metric: expected US dollars for 1 custom metrics a month, 0 or more, got "0.30"',
    ]);
  });

  it.each([
    ['{', /^error: p\.json: not JSON: /],
    ['[]', /^error: p\.json: expected a JSON object with region, date and prices, got \[\]$/],
    ['{}', /^error: p\.json: prices: expected an object of prices by name, got nothing$/],
  ])('that is %s is refused', async (text, message) => {
    expect((await cost(['--prices=p.json'], { 'p.json': text })).complaints).toEqual([expect.stringMatching(message)]);
  });

  it('that is not there is refused', async () => {
    expect((await cost(['--prices=p.json'])).complaints).toEqual(['error: p.json cannot be read: it is only here']);
  });
});

describe('the report', () => {
  const prices = JSON.stringify({
    region: 'eu-central-1',
    date: '2026-12-01',
    prices: { dynamoDbWriteUnit: 0.7, alarm: 0 },
  });
  const argv = ['--traces-per-day=2e5', '--sample=60', '--spans-per-request=15', '--prices=p.json'];
  let text: Awaited<ReturnType<typeof cost>>;
  beforeAll(async () => {
    text = await cost(argv, { 'p.json': prices });
  }, 120_000);

  it('fits a terminal of 100 columns', () => {
    expect(text.code).toBe(0);
    expect(Math.max(...text.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text.out).not.toContain('…');
    expect(text.complaints).toEqual([]);
  });

  it('fits a terminal of 80 columns, and says as much', async () => {
    const narrow = await cost(argv, { 'p.json': prices }, 80);
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const words = (out: string) => out.replaceAll('─', '').split(/\s+/).sort();
    expect(words(narrow.out)).toEqual(words(text.out));
  }, 120_000);

  it('has the bill, the alternatives, the break-even and where the prices are from', () => {
    // 6.083 M traces × 4 fragments × $0.70 a million.
    expect(text.out).toMatch(/^DynamoDB +fragments written +24\.3 M +write units +\$17\.03$/m);
    // Free by the file: 13 alarms on 14 metrics.
    expect(text.out).toMatch(/^ +alarms +14 +metrics a month +\$0\.00$/m);
    expect(text.out).toMatch(/^Collectors in two tiers on Fargate +\$66 /m);
    expect(text.out).toMatch(/^Tailgate, behind a Collector +\$\d+ /m);
    expect(text.out).toMatch(/^Up to about [\d,]+ traces a day Tailgate is cheaper than Collectors/m);
    expect(text.out).toContain('Prices of 2026-12-01, eu-central-1; ');
  });

  it('comes as JSON for programs', async () => {
    const shape = ['--behind-collector', '--requests-per-trace=1', '--spans-per-request=100', '--sample=50'];
    const answer = await cost([...shape, '--kept-percent=0', '--json']);
    const { bill, sample, usage, variants } = JSON.parse(answer.out);
    expect(sample).toMatchObject({ traces: 50, keptTraces: 0, requests: 5, calls: { BatchWriteItem: { items: 50 } } });
    expect(usage).toMatchObject({ keptTraces: 0, archivePuts: 0, recordWriteUnits: 0 });
    const usd = (bill.lines as { usd: number }[]).reduce((sum, line) => sum + line.usd, 0);
    expect(bill.usd).toBeCloseTo(usd, 6);
    expect(variants.map(({ name }: { name: string }) => name)).toEqual(['Tailgate, provisioned capacity']);
  });

  it('tells how far it is', () => {
    expect(text.steps.some((step) => /^sample: \d+ %$/.test(step))).toBe(true);
    expect(text.steps.some((step) => /^sample behind a Collector: \d+ %$/.test(step))).toBe(true);
  });
});
