import { beforeAll, describe, expect, it } from 'vitest';
import { parseCostArguments } from '../../lib/cli/cost/cost-arguments.ts';
import { runCost } from '../../lib/cli/cost/run-cost.ts';
import { CostError } from '../../lib/cost/cost-error.ts';

async function cost(argv: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const out: string[] = [];
  const complaints: string[] = [];
  const steps: string[] = [];
  const code = await runCost(argv, {
    read(file) {
      const text = files[file];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
    print: (text) => out.push(text),
    complain: (line) => complaints.push(line),
    progress: (what, percent) => steps.push(`${what} ${percent}`),
    bold: (text) => text,
  });
  return { code, out: out.join('\n'), complaints, steps };
}

function issuesOf(argv: readonly string[]): readonly string[] {
  try {
    parseCostArguments(argv);
    return [];
  } catch (error) {
    if (error instanceof CostError) return error.issues;
    throw error;
  }
}

describe('the command line of cost', () => {
  it('has the usual traffic by default, and that of a Collector', () => {
    const plain = { servicesPerTrace: 4, requestsPerTrace: 4, spansPerRequest: 30, spanBytes: 400, keptPercent: 5 };
    expect(parseCostArguments([])?.shape).toMatchObject({ tracesPerDay: 1e6, spansPerTrace: 10, ...plain });
    expect(parseCostArguments(['--behind-collector'])?.shape).toMatchObject({
      requestsPerTrace: 1.5,
      spansPerRequest: 300,
    });
    expect(parseCostArguments(['--services-per-trace=6'])?.shape).toMatchObject({ requestsPerTrace: 6 });
    expect(parseCostArguments(['--spans-per-trace', '2'])?.shape).toMatchObject({ servicesPerTrace: 2 });
  });

  it('says everything that is wrong at once, and what is allowed', () => {
    const argv = [
      '--traces-per-day',
      '-1',
      '--spans-per-trace=1.5',
      '--kept-percent',
      '101',
      '--frobnicate',
      '--json=yes',
      'x',
    ];
    expect(issuesOf([...argv, '--window'])).toEqual([
      '--frobnicate is no option; --help lists them',
      '--json takes no value, got "yes"',
      '"x" belongs to no option',
      '--window has no value',
      '--spans-per-trace is "1.5": expected a whole number from 1 to 2,000',
      '--traces-per-day is "-1": expected a number from 1 to 1,000,000,000,000',
      '--kept-percent is "101": expected a number from 0 to 100',
    ]);
  });

  it.each(['', ' 5', '0x10', '1e', 'NaN', 'Infinity', '1e400', '5%', '1_000'])('takes "%s" for no number', (text) => {
    expect(issuesOf([`--traces-per-day=${text}`])).toHaveLength(1);
  });

  it('refuses traces that cannot be', () => {
    expect(issuesOf(['--spans-per-trace=2', '--services-per-trace=3', '--requests-per-trace=4'])).toEqual([
      '--services-per-trace is 3: a trace of 2 spans has at most as many services',
      '--requests-per-trace is 4: a trace of 2 spans comes in at most as many requests',
    ]);
    expect(issuesOf(['--requests-per-trace=1.5'])).toEqual([
      '--requests-per-trace is 1.5: each of the 4 services sends one at least; fewer need --behind-collector',
    ]);
    expect(issuesOf(['--spans-per-trace=100', '--spans-per-request=10'])).toEqual([
      '--spans-per-request is 10: a request has at least the 25 spans that a trace brings to it',
    ]);
    expect(issuesOf(['--spans-per-request=8192', '--sample=100'])).toEqual([
      '--sample is 100: 3277 traces fill the requests of each sender',
    ]);
  });

  it('shows its options', async () => {
    const { code, out } = await cost(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('--traces-per-day <n>');
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
    expect((await cost(['--prices=p.json'])).complaints).toEqual(['error: p.json cannot be read: no such file']);
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

  it('has the bill, the alternatives, the break-even and where the prices are from', () => {
    // 6.083 M traces × 4 fragments × $0.70 a million.
    expect(text.out).toMatch(/^DynamoDB +fragments written +24\.3 M +write units +\$17\.03$/m);
    // Free by the file: 11 alarms.
    expect(text.out).toMatch(/^ +alarms +11 +a month +\$0\.00$/m);
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
    expect(text.steps).toContain('sample 100');
    expect(text.steps).toContain('sample behind a Collector 100');
  });
});
