import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { Allowances } from '../../lib/sampling/limits.ts';
import { buildTrace, type FragmentSpec, type SpanSpec } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';

const ROOT = 'aaaaaaaaaaaaaaaa';

/** What the words of the tables mean: the spans of such a trace, and what the limits allow. */
const CASES: Readonly<Record<string, { readonly trace: FragmentSpec; readonly allowances?: Allowances }>> = {
  'one span failed': spans({ status: 'ERROR' }),
  'nothing failed': spans({}),
  'one span failed, and the limit has room': {
    ...spans({ status: 'ERROR' }),
    allowances: { ...NO_ALLOWANCES, take: () => true },
  },
  'one span failed, and the limit is spent': spans({ status: 'ERROR' }),
  'it took 1.2 s': spans({ endMs: 1200 }),
  'it took 0.2 s, and nothing failed': spans({ endMs: 200 }),
  'a span has an event `exception`': spans({ events: ['exception'] }),
  'a span has an event `retry`': spans({ events: ['retry'] }),
  '`debug` is true': spans({ attributes: { debug: true } }),
  '`debug` is not set': spans({}),
  'its route is as common as all others': spans({ attributes: { 'http.route': '/' } }),
  '`http.response.status_code` is 404': spans({ attributes: { 'http.response.status_code': 404n } }),
  '`http.response.status_code` is 503': spans({ attributes: { 'http.response.status_code': 503n } }),
  '`http.response.status_code` is 200': spans({ attributes: { 'http.response.status_code': 200n } }),
  '`http.route` is `/search`, 0.3 s': spans({ endMs: 300, attributes: { 'http.route': '/search' } }),
  '`http.route` is `/export`, 0.3 s': spans({ endMs: 300, attributes: { 'http.route': '/export' } }),
  '`http.route` is `/export`, 31 s': spans({ endMs: 31_000, attributes: { 'http.route': '/export' } }),
  '`url.path` is `/healthz`': spans({ attributes: { 'url.path': '/healthz' } }),
  '`url.path` is `/healthz`, and it failed': spans({ status: 'ERROR', attributes: { 'url.path': '/healthz' } }),
  '`url.path` is `/orders`': spans({ attributes: { 'url.path': '/orders' } }),
  '`url.path` is `/orders`, and it failed': spans({ status: 'ERROR', attributes: { 'url.path': '/orders' } }),
  '`customer.id` is `acme`': spans({ attributes: { 'customer.id': 'acme' } }),
  '`customer.id` is `other`': spans({ attributes: { 'customer.id': 'other' } }),
  '`service.version` is `2.4.0`': services({ 'service.version': '2.4.0' }),
  '`service.version` is `2.3.9`': services({ 'service.version': '2.3.9' }),
  'it began in `checkout`': services({ 'service.name': 'checkout' }),
  'it began in `search`': services({ 'service.name': 'search' }),
  'it began in `search` and called `checkout`': services({ 'service.name': 'search' }, { 'service.name': 'checkout' }),
};

/** A trace of a quiet root span, and this one under it. */
function spans(span: SpanSpec) {
  return { trace: [{ spans: [{ spanId: ROOT }, { parentSpanId: ROOT, ...span }] }] };
}

/** A trace of one span in each resource: the first is the root. */
function services(...resources: readonly Readonly<Record<string, string>>[]) {
  return {
    trace: resources.map((resource, i) => ({ resource, spans: [i === 0 ? { spanId: ROOT } : { parentSpanId: ROOT }] })),
  };
}

const TRACES = 4000;

const page = readFileSync('docs/recipes.md', 'utf8');
const recipes = page.split(/^## /m).slice(1).map(recipeOf);

function recipeOf(section: string) {
  const [, yaml = ''] = section.match(/^```yaml\n([\s\S]*?)^```$/m) ?? [];
  const rows = [...section.matchAll(/^\| (?!trace |---)(.+) \| (yes|no|\d+ %) \|$/gm)];
  return {
    title: section.slice(0, section.indexOf('\n')),
    yaml,
    rows: rows.map(([, words = '', kept = '']) => ({ words, share: shareOf(kept) })),
  };
}

function shareOf(kept: string): number {
  return kept === 'yes' ? 1 : Number.parseInt(kept, 10) / 100 || 0;
}

/** Trace IDs as they are for the policies: 16 bytes that look like chance, and are the same in each run. */
function traceIds(): readonly string[] {
  let state = 88172645463325252n;
  const next = () => {
    state ^= (state << 13n) & 0xffff_ffff_ffff_ffffn;
    state ^= state >> 7n;
    state ^= (state << 17n) & 0xffff_ffff_ffff_ffffn;
    return state.toString(16).padStart(16, '0');
  };
  return Array.from({ length: TRACES }, () => next() + next());
}

describe('docs/recipes.md', () => {
  it.each(recipes)('$title: keeps what its table says', ({ yaml, rows }) => {
    const parsed = parseSamplingConfig(yaml);
    expect(parsed.ok ? parsed.warnings : parsed.issues).toEqual([]);
    if (!parsed.ok) return;
    expect(rows.length).toBeGreaterThan(1);
    for (const { words, share } of rows) {
      const example = CASES[words];
      if (example === undefined) expect.fail(`no trace for "${words}"`);
      const { trace, allowances = NO_ALLOWANCES } = example;
      const kept = traceIds().filter(
        (id) => evaluatePolicies(parsed.config, buildTrace([trace], id), allowances).outcome === 'sampled',
      );
      // Five standard deviations of a binomial distribution; none where the share is 0 or 1.
      const tolerance = 5 * Math.sqrt(share * (1 - share) * TRACES);
      expect(Math.abs(kept.length - share * TRACES), `${words}: ${kept.length} of ${TRACES}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });
});
