import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-app-'));
const out = join(folder, 'cdk.out');

/** The app as the CDK's command line starts it, without network: an account that does not exist. */
function runApp(context: Readonly<Record<string, string>> = {}) {
  const { app, context: fixed } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const [, ...args] = app.split(' ');
  return promisify(execFile)(process.execPath, args, {
    env: {
      PATH: process.env['PATH'],
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...fixed, ...context }),
      CDK_DEFAULT_ACCOUNT: '111111111111',
      CDK_DEFAULT_REGION: 'eu-west-1',
    },
  });
}

afterAll(() => rmSync(folder, { recursive: true }));

describe('npx cdk synth', () => {
  beforeAll(async () => {
    await runApp();
  }, 120_000);

  it('writes the template, checked by AwsSolutions and the rules of the CDK', () => {
    expect(existsSync(join(out, 'Tailgate.template.json'))).toBe(true);
  });

  it('bundles each function, with source maps and licenses', () => {
    const assets = readdirSync(out).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(2);
    for (const asset of assets) {
      const names = readdirSync(join(out, asset));
      expect(names).toEqual(expect.arrayContaining(['THIRD-PARTY-NOTICES.txt', 'index.mjs', 'index.mjs.map']));
      const bytes = names.map((name) => (name.endsWith('.mjs') ? statSync(join(out, asset, name)).size : 0));
      expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(1.1 * 1024 ** 2);
    }
  });
});

describe('npx cdk synth with a policies file that has errors', () => {
  it('prints them with their lines, no stack trace, and fails', async () => {
    const file = join(folder, 'policies.yaml');
    writeFileSync(file, 'decision_wait: 13h\npolicies:\n  - name: slow\n    type: latancy\n');
    await expect(runApp({ policies: file })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Tailgate\/Tailgate cannot be deployed:\n {2}\S+policies\.yaml:1: decision_wait: .*\n {2}\S+policies\.yaml:4: policies\[0\]\.type: .*\n$/,
      ),
    });
  }, 60_000);
});

describe('npx cdk synth with a setting that does not exist', () => {
  it('says so, and fails', async () => {
    await expect(runApp({ frontDoor: 'http-api' })).rejects.toMatchObject({
      code: 1,
      stderr: 'Tailgate cannot be deployed:\n  -c frontDoor: is called ingestEndpoint now\n',
    });
  }, 60_000);
});
