import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** A Node.js on the path of this machine that is too old for Tailgate. */
function findOldNode(): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return Number(execFileSync(path, ['--version'], { encoding: 'utf8' }).slice(1).split('.')[0]) < 22;
    } catch {
      return false;
    }
  });
}

describe('bin/tailgate.mjs', () => {
  it('runs as npx tailgate in the repository, with the options as they are', { timeout: 60_000 }, async () => {
    const { stdout } = await run('npx', ['tailgate', 'validate', '--json', 'tailgate.yaml']);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'tailgate.yaml', valid: true });
  });

  it('explains itself on a Node.js that is too old', async ({ skip }) => {
    const oldNode = findOldNode();
    if (oldNode === undefined) return skip('there is no Node.js older than 22 on the path');
    await expect(run(oldNode, ['bin/tailgate.mjs', 'validate'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: tailgate needs Node\.js \d+\.\d+ or newer, this is \d+\.\d+\.\d+: install/,
      ),
    });
  });
});
