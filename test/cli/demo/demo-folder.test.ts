import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demo } from '../../../lib/cli/commands/demo.ts';
import { prepareDemoFolder } from '../../../lib/cli/demo/run-demo.ts';
import { parseCommandLine } from '../../../lib/terminal/parse-command-line.ts';

describe('the command line of the demo', () => {
  it('has defaults', () => {
    const input = { traces: 300, seed: 1, port: 0, data: undefined };
    expect(parseCommandLine(demo, [])).toEqual({ kind: 'run', input });
  });

  it('takes every option', () => {
    const argv = ['--traces', '50', '--seed', '7', '--port', '4318', '--data', 'here'];
    const input = { traces: 50, seed: 7, port: 4318, data: 'here' };
    expect(parseCommandLine(demo, argv)).toEqual({ kind: 'run', input });
  });

  it.each([
    ['--traces', '24'],
    ['--traces', 'many'],
    ['--port', '65536'],
    ['--seed', '1.5'],
    ['--sed', '1'],
    ['extra'],
  ])('refuses %s %s', (...argv) => {
    expect(parseCommandLine(demo, argv)).toMatchObject({ kind: 'wrong' });
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
