import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARTS_PREFIX, QUERY_RESULTS_PREFIX, TRACES_PREFIX } from '../../../lib/archive/layout.ts';
import { fillGeneratedBlocks } from '../../../scripts/docs/generated-blocks.ts';
import { grafanaTables } from '../../../scripts/docs/grafana-dashboards.ts';

const page = readFileSync(new URL('../../../docs/grafana.md', import.meta.url), 'utf8');

it('docs/grafana.md is what its generator makes of it (else: npm run docs)', () => {
  expect(fillGeneratedBlocks(page, grafanaTables())).toBe(page);
});

describe('the rights of docs/grafana.md', () => {
  const policy = JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '') as {
    readonly Statement: readonly { readonly Action: string | string[]; readonly Resource: string | string[] }[];
  };
  const rights = policy.Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action) => ({ action, resources: [Resource].flat() })),
  );

  it('read the traces and write results, and write nothing else', () => {
    const objects = (action: string) =>
      rights.filter((right) => right.action === action).flatMap(({ resources }) => resources);
    expect(objects('s3:GetObject')).toEqual([
      `arn:aws:s3:::ARCHIVE-BUCKET/${TRACES_PREFIX}*`,
      `arn:aws:s3:::ARCHIVE-BUCKET/${PARTS_PREFIX}*`,
      `arn:aws:s3:::ARCHIVE-BUCKET/${QUERY_RESULTS_PREFIX}*`,
    ]);
    expect(objects('s3:PutObject')).toEqual([`arn:aws:s3:::ARCHIVE-BUCKET/${QUERY_RESULTS_PREFIX}*`]);
    const writing = rights.filter(({ action }) => !/:(Get|List|Start|Stop)/.test(action)).map(({ action }) => action);
    expect(writing).toEqual(['s3:PutObject', 's3:AbortMultipartUpload']);
  });
});
