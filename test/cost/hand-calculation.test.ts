import { beforeAll, describe, expect, it } from 'vitest';
import { usdOfService } from '../../lib/cost/bill.ts';
import { billOf } from '../../lib/cost/cost-report.ts';
import { DEFAULT_EVENT_SOURCE } from '../../lib/cost/event-source.ts';
import { type Measured, measure } from '../../lib/cost/measure-sample.ts';
import { LIST_PRICES } from '../../lib/cost/prices.ts';

/**
 * The counted bill against one computed by hand, before there was any of this code, for the same traffic: 1 M traces a day of
 * 10 spans in 4 fragments, 30 spans a request, 5 % kept. The hand had $4.14 per million traces and $126 a month:
 * fragments 2.50, decision records 0.625, reads 0.375, ingest 0.20, SQS 0.19, logs and metrics 0.18, storage 0.04,
 * decide 0.03, S3 0.01. Where the two differ by design, the lines below say why and compute the line anew.
 */
const SHAPE = {
  ...{ tracesPerDay: 1e6, spansPerTrace: 10, servicesPerTrace: 4, requestsPerTrace: 4, spansPerRequest: 30 },
  ...{ spanBytes: 400, keptPercent: 5, behindCollector: false },
};
const OPTIONS = { eventSource: DEFAULT_EVENT_SOURCE, retentionDays: 30, provisioned: false, httpApi: false };
const MILLIONS_A_MONTH = 730 / 24;

let measured: Measured;
beforeAll(async () => {
  measured = await measure(SHAPE, 120, DEFAULT_EVENT_SOURCE);
}, 60_000);

function bill(options: Partial<typeof OPTIONS> = {}) {
  return billOf(measured, { ...OPTIONS, ...options }, LIST_PRICES);
}

/** Dollars per million traces. */
function usdOf(what: string): number {
  return (bill().lines.find((line) => line.what === what)?.usd ?? 0) / MILLIONS_A_MONTH;
}

describe('a million traces, counted and by hand', () => {
  it.each([
    // 4 fragments × 1 write unit × $0.625 a million: a fragment of 2.5 spans fits in 1 KB. As the hand had it.
    { what: 'fragments written', usd: 2.5, within: 0.005 },
    // The hand wrote a record for each trace (0.625). Traces that are not sampled have none: 5 % of it.
    { what: 'decision records written', usd: 0.03125, within: 0.005 },
    // The hand had half a unit for the record of each fragment and one strong Query a trace (0.375). Now each look is one strong
    // Query, and a trace is looked at by each batch that has a wake-up of it: 4 wake-ups in 5 open batches meet
    // 5 × (1 − 0.8⁴) = 2.952 of them. The 5 % that are kept are read once more, after their claim. ± 10 %: 120 traces, and some share both
    // requests with others.
    { what: 'traces read', usd: (2.952 + 0.05) * 0.125, within: 0.1 },
    // 333,333 requests × (12 + 30 × 0.05 + 12 × 0.25 + 1.5) ms × 1769/1024 GB × $0.0000133334. With the requests' $0.067: 0.205.
    { what: 'ingest, time (model)', usd: 0.1382, within: 0.01 },
    { what: 'ingest', usd: 0.0667, within: 0.01 },
    // The hand had one look a trace, and nothing for a batch (0.03): 1 M × (2.952 + 0.05) × (0.9 + 4 × 0.05) ms = 5,705 GB-s, and
    // 21,600 batches × 80 ms = 2,985 GB-s.
    { what: 'decide, time (model)', usd: 0.1159, within: 0.1 },
    // The hand had 1.4 requests a wake-up (0.19), as if receives brought several. A long poll returns with the first one: one
    // to send, one to receive, a tenth to delete.
    { what: 'wake-ups sent', usd: 0.1333, within: 0.01 },
    { what: 'wake-ups received', usd: 0.1333, within: 0.01 },
    { what: 'wake-ups deleted', usd: 0.01333, within: 0.01 },
    // The hand had 60 objects an hour (0.01). 3.858 wake-ups a second × 20 s ÷ 5 pollers: 15.43 a batch, 21,600 batches per
    // million traces with 2.315 kept ones each, so that 90.1 % of them make an object: 19,466 × $5 a million.
    { what: 'archive objects', usd: 0.0973, within: 0.01 },
    // 4 M items of 0.65 KB payload, 0.1 KB keys and 0.1 KB overhead for 2 of 30.4 days: 0.056 (hand: 0.04, of 0.55 KB).
    // ± 15 %: how far a span compresses depends on the span.
    { what: 'buffer storage', usd: 0.056, within: 0.15 },
    // 333,333 × 950 B and 21,600 × 1.35 KB at $0.50/GB (hand: 120 B a request and $5 a month, 0.18).
    { what: 'logs and metric lines', usd: 0.1729, within: 0.03 },
    // 33 × $0.30, 14 × $0.10 (13 alarms, one on two metrics), 1 × $3, for 30.4 M traces.
    { what: 'metrics', usd: 0.3255, within: 0.001 },
    { what: 'alarms', usd: 0.04602, within: 0.001 },
    { what: 'dashboards', usd: 0.0986, within: 0.001 },
  ])('$what: $usd dollars', ({ what, usd, within }) => {
    expect(Math.abs(usdOf(what) / usd - 1)).toBeLessThan(within);
  });

  it('come to the same within 5 %: what drops save, looks, receives, objects and metrics cost', () => {
    // The hand had no second look at what is kept: a read and 1.1 ms for 5 % of the traces.
    const secondLook = 0.05 * (0.125 + 0.0253);
    // Nor did it know of spans that expire and evaluations that are slow: two metrics, and two alarms.
    const monitoring = (2 * 0.3 + 2 * 0.1) / 30.4;
    expect(Math.abs(bill().usdPerMillionTraces / (4.14 + secondLook + monitoring) - 1)).toBeLessThan(0.05);
    expect(Math.abs(bill().usd / (126 + 2 * 0.3 + 2 * 0.1) - 1)).toBeLessThan(0.05);
  });

  it('are nothing else: the lines are all of the bill', () => {
    const services = ['DynamoDB', 'Lambda', 'SQS', 'S3', 'CloudWatch', 'API Gateway'] as const;
    expect(services.reduce((sum, service) => sum + usdOfService(bill(), service), 0)).toBeCloseTo(bill().usd, 6);
    expect(bill().lines.some(({ what }) => what === 'spilled fragments')).toBe(false);
  });
});

describe('the options of the bill', () => {
  it('provisioned: the units by 70 % of capacity that is paid by the hour', () => {
    // 121.667 M units ÷ 3600 ÷ 0.7 = 48,280 WCU-hours × $0.00065.
    const line = bill({ provisioned: true }).lines.find(({ what }) => what === 'fragments written');
    expect(line?.unit).toBe('WCU-hours');
    expect(line?.usd).toBeCloseTo(31.38, 1);
  });

  it('http-api: a dollar for a million requests', () => {
    // 30.417 M traces × 10 spans ÷ 30.
    expect(usdOfService(bill({ httpApi: true }), 'API Gateway')).toBeCloseTo(10.14, 1);
  });

  it('retention-days: only the bucket', () => {
    const [month, year] = [bill(), bill({ retentionDays: 360 })];
    const storage = month.lines.find(({ service, what }) => service === 'S3' && what === 'storage')?.usd ?? 0;
    expect(storage).toBeGreaterThan(0);
    expect(year.usd - month.usd).toBeCloseTo(11 * storage, 6);
  });
});
