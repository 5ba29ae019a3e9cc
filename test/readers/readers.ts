import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { hasPip, pipPackages } from '../support/pip-packages.ts';

const HERE = import.meta.dirname;

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What was made for this run alone. */
  remove(): void;
}

/** A reader of OTLP JSON that is none of ours, in a program that answers each line with what it has read. */
export interface Reader {
  readonly name: string;
  /** What is missing to run it; undefined when nothing is. */
  missing(): string | undefined;
  /** Builds or installs it. Throws with the words of the tool when it cannot. */
  prepare(): Program;
}

/** What a reader says of a line: the message that it has read, as protobuf, or why it refuses the line. */
export type Answer = { readonly tracesData: Uint8Array } | { readonly error: string };

export const READERS: readonly Reader[] = [
  {
    name: 'ptrace.JSONUnmarshaler of the Collector',
    missing: () => (spawnSync('go', ['version']).status === 0 ? undefined : 'no Go toolchain (command "go")'),
    prepare() {
      const folder = mkdtempSync(join(tmpdir(), 'tailgate-readers-'));
      const command = join(folder, 'reader');
      const { status, stderr } = spawnSync('go', ['build', '-o', command, '.'], {
        cwd: join(HERE, 'go'),
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`the reader in Go cannot be built:\n${stderr}`);
      return { command, args: [], env: {}, remove: () => rmSync(folder, { recursive: true }) };
    },
  },
  {
    name: "protobuf's JSON mapping, in Python",
    missing: () => (hasPip() ? undefined : 'no Python with pip (command "python3")'),
    prepare() {
      const packages = pipPackages('opentelemetry-proto==1.45.2', 'protobuf==7.36.2');
      const args = [join(HERE, 'python', 'read_lines.py')];
      return { command: 'python3', args, env: { PYTHONPATH: packages }, remove() {} };
    },
  },
];

/** Gives the reader lines of the archive, and resolves to an answer for each. */
export async function readLines({ command, args, env }: Program, lines: readonly string[]): Promise<Answer[]> {
  const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  program.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [stdout, stderr, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit'),
  ]);
  if (code !== 0) throw new Error(`the reader ended with ${code}:\n${stderr}`);
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(toAnswer);
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} lines`);
  return answers;
}

function toAnswer(line: string): Answer {
  const { tracesData = '', error } = JSON.parse(line) as { tracesData?: string; error?: string };
  return error === undefined ? { tracesData: new Uint8Array(Buffer.from(tracesData, 'base64')) } : { error };
}
