import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DemoUsageError, parseDemoArguments } from '../../../lib/cli/demo/demo-arguments.ts';
import { prepareDemoFolder } from '../../../lib/cli/demo/demo-folder.ts';

describe('parseDemoArguments', () => {
  it('has defaults', () => {
    expect(parseDemoArguments([])).toEqual({ traceCount: 300, seed: 1, port: 0, dataDir: undefined });
  });

  it('takes every option', () => {
    expect(parseDemoArguments(['--traces', '50', '--seed', '7', '--port', '4318', '--data', 'here'])).toEqual({
      traceCount: 50,
      seed: 7,
      port: 4318,
      dataDir: 'here',
    });
  });

  it('answers --help with nothing to do', () => {
    expect(parseDemoArguments(['--help'])).toBeUndefined();
  });

  it.each([
    ['--traces', '24'],
    ['--traces', 'many'],
    ['--port', '65536'],
    ['--seed', '1.5'],
    ['--sed', '1'],
    ['extra'],
  ])('fails %s %s', (...argv) => {
    expect(() => parseDemoArguments(argv)).toThrow(DemoUsageError);
  });
});

describe('prepareDemoFolder', () => {
  it('takes an empty or new folder, and refuses one with something in it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-demo-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    expect(prepareDemoFolder(folder)).toBe(folder);
    expect(prepareDemoFolder(join(folder, 'new'))).toBe(join(folder, 'new'));
    writeFileSync(join(folder, 'precious.txt'), 'x');
    expect(() => prepareDemoFolder(folder)).toThrow(/is not empty/);
  });
});
