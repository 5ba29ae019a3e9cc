import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROGRAM } from '../../lib/cli/program.ts';
import { completionScript, SHELLS, type Shell } from '../../lib/terminal/completion.ts';
import type { Command } from '../../lib/terminal/define-command.ts';
import { optionName } from '../../lib/terminal/option.ts';
import { runProgram } from '../../lib/terminal/run-program.ts';
import { readSourceFiles } from '../structure/source-files.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';

async function tailgate(...argv: string[]) {
  const terminal = new RecordingTerminal();
  const code = await runProgram(PROGRAM, argv, terminal);
  return { code, out: terminal.out, lines: terminal.lines, complaints: terminal.complaints };
}

/** The names of all options of a command and its actions. */
function optionsOf({ options, subcommands }: Command): string[] {
  const tables = [options, ...Object.values(subcommands).map((subcommand) => subcommand.options ?? {})];
  return tables.flatMap(Object.keys).map(optionName);
}

const NAMES = PROGRAM.commands.map(({ name }) => name);

describe('tailgate', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('lists its commands for %j, in 80 columns', async (...argv) => {
    const { code, lines } = await tailgate(...argv);
    expect(code).toBe(0);
    for (const name of NAMES) expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says its version', async () => {
    expect(await tailgate('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    [['validat'], 'error: unknown command "validat"; did you mean "validate"?'],
    [['--verison'], 'error: unknown option "--verison"; did you mean "--version"?'],
    [['help', 'kyes'], 'error: unknown command "kyes"; did you mean "keys"?'],
  ])('refuses %j', async (argv, complaint) => {
    const { code, out, complaints } = await tailgate(...argv);
    expect({ code, out, complaint: complaints[0] }).toEqual({ code: 2, out: '', complaint });
  });

  it('has each command and option in one spelling, with a meaning that ends without a full stop', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length);
    for (const { options, positionals, subcommands, summary } of PROGRAM.commands) {
      const tables = [options, positionals, ...Object.values(subcommands).map((action) => action.options ?? {})];
      const texts = [summary, ...tables.flatMap((table) => Object.values(table).map(({ help }) => help))];
      expect(texts.filter((text) => /\.$|^$|^[A-Z][a-z]/.test(text))).toEqual([]);
    }
  });

  it('has the same word for the same thing', () => {
    const named = (name: string) => PROGRAM.commands.flatMap(({ options }) => options[name] ?? []);
    for (const name of ['from', 'to']) for (const { placeholder } of named(name)) expect(placeholder).toBe('TIME');
    for (const { placeholder } of named('stack')) expect(placeholder).toBe('NAME');
    for (const { placeholder, completes } of named('data'))
      expect([placeholder, completes]).toEqual(['FOLDER', 'folder']);
    expect(PROGRAM.commands.flatMap(optionsOf).filter((name) => /since|until|verbose|^--key$/.test(name))).toEqual([]);
  });
});

describe.each(PROGRAM.commands.map((command) => ({ name: command.name, command })))(
  'tailgate $name',
  ({ name, command }) => {
    it('explains itself in 80 columns: each option, each action, and examples', async () => {
      const { code, out, lines } = await tailgate(name, '--help');
      expect(code).toBe(0);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(lines[0]).toMatch(new RegExp(`^Usage: tailgate ${name} `));
      for (const option of optionsOf(command)) expect(out).toMatch(new RegExp(`^  ${option}\\b`, 'm'));
      for (const action of Object.keys(command.subcommands)) expect(out).toMatch(new RegExp(`^  ${action}\\b`, 'm'));
      expect(command.examples.length).toBeGreaterThan(0);
      expect((await tailgate('help', name)).out).toBe(out);
    });

    it('refuses a wrong command line with all its problems, and says where to look', async () => {
      const action = Object.keys(command.subcommands)[0];
      const argv = [...(action === undefined ? [] : [action]), '--hlep', '--frobnicate=1'];
      const { code, out, complaints } = await tailgate(name, ...argv);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(complaints.slice(0, -1).every((line) => line.startsWith('error: '))).toBe(true);
      // A query takes the parameters of its query as options.
      if (command.others === undefined)
        expect(complaints).toContain('error: unknown option --hlep; did you mean "--help"?');
      expect(complaints.join('\n')).toContain('error: unknown option --frobnicate');
      expect(complaints.at(-1)).toBe(`tailgate ${name} --help shows what it takes`);
    });
  },
);

describe('a command is loaded when it runs', () => {
  const FILES = new Map(readSourceFiles(['lib', 'functions']).map((file) => [file.path, file]));

  /** The packages that a file loads at once, with all that it imports at run time. */
  function packagesOf(entry: string): ReadonlySet<string> {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const visit = (path: string) => {
      const text = FILES.get(path)?.text;
      if (seen.has(path) || text === undefined) return;
      seen.add(path);
      for (const [, what = '', specifier = ''] of text.matchAll(/^(?:import|export) ([^;]*?)from '([^']+)'/gms)) {
        const isTypeOnly = /^type\b/.test(what) || /^\{\s*(type [^,}]+,?\s*)+\}\s*$/.test(what);
        if (isTypeOnly) continue;
        if (specifier.startsWith('.')) visit(join(path, '..', specifier));
        else if (!specifier.startsWith('node:')) packages.add(specifier);
      }
    };
    expect(FILES.has(entry), entry).toBe(true);
    visit(entry);
    return packages;
  }

  it('no package is loaded for help, completion, or a wrong command line', () => {
    expect([...packagesOf('lib/cli/main.ts')]).toEqual([]);
  });

  it('DuckDB is loaded by the commands that ask the local archive, and by no other', () => {
    const RUNS = [
      'lib/cli/validate.ts',
      'lib/cli/keys.ts',
      'lib/cli/policies.ts',
      'lib/cli/redrive.ts',
      'lib/cli/cost.ts',
      'lib/cli/start.ts',
      'lib/cli/compact/run-compact.ts',
      'lib/cli/replay/run-replay.ts',
      'lib/cli/query/run-query.ts',
      'lib/cli/query/athena/ask.ts',
    ];
    for (const run of RUNS)
      expect(
        [...packagesOf(run)].filter((name) => name.startsWith('@duckdb/')),
        run,
      ).toEqual([]);
    expect(packagesOf('lib/cli/query/duckdb/ask.ts')).toContain('@duckdb/node-api');
  });

  it.each([
    ['validate', /^@aws|^@smithy/],
    ['start', /^@aws-sdk|^@smithy/],
  ])('%s does not load the AWS SDK', (command, ofAws) => {
    expect([...packagesOf(`lib/cli/${command}.ts`)].filter((name) => ofAws.test(name))).toEqual([]);
  });

  it('as a process that may not have DuckDB validates a file', () => {
    const forbids = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        if (/^(@duckdb|@aws-sdk|@smithy)/.test(specifier)) throw new Error('loads ' + specifier);
        return next(specifier, context);
      } });`)}`;
    const argv = ['--import', forbids, 'bin/tailgate.mjs', 'validate', 'tailgate.yaml'];
    expect(execFileSync(process.execPath, argv, { encoding: 'utf8' })).toMatch(/^tailgate\.yaml: valid/);
  });
});

describe('a package that npm has left out', () => {
  it('is named, with what to do', () => {
    const forbids = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        return next(specifier.startsWith('@duckdb/') ? 'not-installed' : specifier, context);
      } });`)}`;
    const argv = ['--import', forbids, 'bin/tailgate.mjs', 'query', 'SELECT 1'];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'error: this command needs the package not-installed, which is not installed: run "npm install not-installed"\n',
    });
  });
});

describe('the completion', () => {
  const CHECKS: Readonly<Record<Shell, readonly string[]>> = {
    bash: ['bash', '-n'],
    zsh: ['zsh', '-n'],
    fish: ['fish', '--no-execute'],
  };
  const isThere = (shell: Shell) => spawnSync(shell, ['-c', 'true']).status === 0;

  it.each(SHELLS)('of %s knows every command and option, and can be read by the shell', (shell) => {
    const script = completionScript(shell, PROGRAM);
    for (const command of PROGRAM.commands) {
      expect(script).toContain(command.name);
      for (const option of optionsOf(command)) {
        expect(script).toContain(shell === 'fish' ? ` -l ${option.slice(2)} ` : option);
      }
    }
    if (!isThere(shell)) return;
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-completion-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'script');
    writeFileSync(file, script);
    const [program = '', ...args] = CHECKS[shell];
    const { status, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    { typed: ['tailgate', 'va'], offers: 'validate' },
    { typed: ['tailgate', 'keys', 'c'], offers: 'create' },
    { typed: ['tailgate', 'keys', 'create', '--no'], offers: '--note' },
    { typed: ['tailgate', 'replay', '--compression', ''], offers: 'gzip none' },
    { typed: ['tailgate', 'replay', '--rate', ''], offers: '' },
    { typed: ['tailgate', 'query', '--name', 'li'], offers: 'linked-traces' },
    { typed: ['tailgate', 'query', 'slow'], offers: 'slow-requests' },
    { typed: ['tailgate', 'completion', ''], offers: '--help bash zsh fish' },
    { typed: ['tailgate', 'start', '--config', 'tailgate.y'], offers: 'tailgate.yaml' },
  ])('of bash offers "$offers" after $typed', ({ typed, offers }) => {
    const words = typed.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${words}); COMP_CWORD=${typed.length - 1}; _tailgate; echo "\${COMPREPLY[*]}"`;
    const script = `${completionScript('bash', PROGRAM)}\n${ask}`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(`${offers}\n`);
  });
});
