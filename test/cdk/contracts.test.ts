import { readFileSync } from 'node:fs';
import { CfnResource } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ALARM_CATALOGUE } from '../../lib/cdk/monitoring/alarm-catalogue.ts';
import { type PipelineOptions, pipelineStack } from './support/synthesise.ts';

const page = readFileSync('docs/contracts.md', 'utf8');

/** Construct and resource of each row of the list. */
const LISTED = [...page.matchAll(/^\| `([A-Z]\w+(?:\/[^`]+)?)` \| `(AWS::[\w:]+)` \|/gm)].map(
  ([, path, type]) => `${path} ${type}`,
);

/** Resources that belong to another one and hold nothing: policies, permissions, routes. */
const PARTS = /Policy$|Permission$|Route$|Integration$/;

/** Constructs of a pipeline with their resources, as the list spells them. */
function constructs(options: PipelineOptions): readonly string[] {
  const stack = pipelineStack(options);
  return stack.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .filter(({ cfnResourceType }) => !PARTS.test(cfnResourceType))
    .map(({ node, cfnResourceType }) => `${spelled(node.path)} ${cfnResourceType}`);
}

function spelled(path: string): string {
  const inner = path.replace('Tailgate/Tailgate/', '').replace(/\/Resource$/, '');
  const [parent, id = ''] = inner.split('/');
  if (parent === 'SavedQueries') return 'SavedQueries/<query>';
  if (parent === 'Database' && id !== 'Database') return 'Database/<table or view>';
  return ALARM_CATALOGUE.some((alarm) => alarm.id === id) ? 'Monitoring/<alarm>' : inner;
}

describe('docs/contracts.md', () => {
  it('lists every construct with a resource, by an ID that must not change', () => {
    const all = [{ compaction: true, read: true }, { ingestEndpoint: 'http-api' as const }].flatMap(constructs);
    expect([...new Set(all)].sort()).toEqual([...new Set(LISTED)].sort());
  });
});
