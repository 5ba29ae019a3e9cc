import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../../lib/cdk/monitoring/alarm-catalogue.ts';
import { METRIC_CATALOGUE, type MetricDefinition } from '../../../lib/pipeline/metrics.ts';
import { fillGeneratedBlocks, generatedBlocksOf } from '../../../scripts/docs/generated-blocks.ts';
import { operationsTables } from '../../../scripts/docs/operations-tables.ts';
import { emptySummary } from '../../support/batch-outcome.ts';

const page = readFileSync('docs/operations.md', 'utf8');
const definitions: readonly MetricDefinition[] = METRIC_CATALOGUE;

describe('docs/operations.md', () => {
  it('is what its generator makes of it (else: npm run docs)', () => {
    expect(fillGeneratedBlocks(page, operationsTables())).toBe(page);
  });

  it('has each generated table once', () => {
    expect([...generatedBlocksOf(page)].sort()).toEqual([...operationsTables().keys()].sort());
  });

  it('has the heading of each of its own links', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.length).toBeGreaterThan(15);
    for (const link of links) expect(anchors).toContain(link);
  });

  it('has the number of metrics right', () => {
    const plain = definitions.filter(({ dimension }) => dimension === undefined).length;
    expect(page).toContain(`${plain} have no further dimension`);
    // With three decisions, seven statuses and three policies.
    expect(page).toContain(`that is ${plain + 3 + 7 + 3} ($12)`);
    expect(Math.round((plain + 3 + 7 + 3) * 0.3)).toBe(12);
  });

  it('lists every message that the functions log, and no other', () => {
    const sources = readdirSync('functions', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const logged = sources.flatMap((file) =>
      [...readFileSync(`functions/${file}`, 'utf8').matchAll(/\blog(?:\.\w+|\[level\])\('([^']+)'/g)].map(
        ([, text]) => text,
      ),
    );
    const [, logs = ''] = page.split('\n## Logs\n');
    const listed = [...(logs.split('\n### ')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, text]) => text);
    expect(listed.sort()).toEqual([...new Set(logged)].sort());
  });

  it('asks only for fields that the lines have', () => {
    const queries = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
    expect(queries.length).toBeGreaterThan(4);
    const own = queries.flatMap((text) => [...text.matchAll(/ as (\w+)/g)].map(([, name]) => name));
    const known = new Set([...LANGUAGE, ...own, ...OTHER_FIELDS, ...Object.keys(emptySummary())]);
    for (const text of queries) {
      const words = text.replace(/"[^"]*"|\/.*\/|bin\(\w+\)|@\w+/g, '').match(/[A-Za-z][\w.]*/g) ?? [];
      for (const word of words) expect(known, text).toContain(word);
    }
  });
});

const LANGUAGE = [
  'filter',
  'fields',
  'stats',
  'sort',
  'limit',
  'by',
  'as',
  'and',
  'like',
  'desc',
  'count',
  'sum',
  'max',
];
/** Of lines other than `decision batch`, and what is inside of fields. */
const OTHER_FIELDS = [
  ...['message', 'failures.0.traceId', 'failures.0.message'],
  ...['status', 'reason', 'userAgent', 'alsoRefused'],
  ...['parameter', 'version', 'usedVersion', 'issues.0.path', 'issues.0.message'],
];
