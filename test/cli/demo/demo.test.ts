import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { DEMO_POLICIES } from '../../../lib/cli/demo/expected-policy.ts';

it('the demo keeps exactly the traces that its policies call for, and shows them', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-demo-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const argv = ['bin/tailgate.mjs', 'demo', '--traces', '50', '--data', dataDir];
  // As "npm run demo" starts it.
  const env = { ...process.env, npm_command: 'run-script', npm_lifecycle_event: 'demo' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, { env });
  expect(stderr).toBe('');
  expect(stdout).toContain('✓ kept are exactly the traces that the policies call for');
  expect(stdout).toMatch(/^received +50 traces/m);
  for (const policy of DEMO_POLICIES) expect(stdout).toMatch(new RegExp(`^ {2}${policy} +\\d+ traces?\\b`, 'm'));
  expect(stdout).toMatch(/^not sampled +\d+ traces/m);
  expect(stdout).toMatch(/^trace [0-9a-f]{32}$/m);
  expect(stdout).not.toContain('\u001b');
  // It can be pasted: npm puts the command on the path of its scripts alone.
  expect(stdout).toContain(`\nAsk for more: npx tailgate query --data ${dataDir} "SELECT `);
  expect(stdout).toContain(`: npx tailgate start --data ${dataDir} --config lib/cli/demo/tailgate.yaml\n`);
});
