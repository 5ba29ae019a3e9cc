import { type ChildProcess, type ExecFileOptions, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty project of somebody else, in a folder that has nothing of the repository above it. */
export interface Project {
  readonly folder: string;
  /** Writes files, by their paths in the project. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs npm on the Node.js of a folder. @throws {Error} when npm fails */
  npm(args: readonly string[], nodeFolder?: string): Promise<Ended>;
  /** Runs a command of the project on the Node.js of a folder. */
  run(command: string, args: readonly string[], nodeFolder: string): Promise<Ended>;
  /** Starts a command that runs on. */
  start(command: string, args: readonly string[], nodeFolder: string): ChildProcess;
}

const folders: string[] = [];

/** Makes a project with a `package.json`. `removeProjects` removes it. */
export async function createProject(manifest: Readonly<Record<string, unknown>>): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-consumer-'));
  folders.push(folder);
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  await write({ 'package.json': JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, ...manifest }) });
  const pathWith = (nodeFolder: string | undefined) =>
    [nodeFolder, join(folder, 'node_modules/.bin'), process.env['PATH']].filter(Boolean).join(':');
  const options = (nodeFolder: string) => ({
    cwd: folder,
    // No settings of the shell: no credentials, no region.
    env: {
      PATH: pathWith(nodeFolder),
      HOME: process.env['HOME'],
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_OUTDIR: 'cdk.out',
    },
  });
  return {
    folder,
    write,
    run: (command, args, nodeFolder) => end(command, args, options(nodeFolder)),
    async npm(args, nodeFolder) {
      const env = { ...withoutNpm(process.env), PATH: pathWith(nodeFolder) };
      const ended = await end('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder, env });
      if (ended.code !== 0) throw new Error(`npm ${args.join(' ')}: ${ended.stderr}`);
      return ended;
    },
    start(command, args, nodeFolder) {
      const child = spawn(command, args, options(nodeFolder));
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    },
  };
}

function end(command: string, args: readonly string[], options: ExecFileOptions): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout: String(stdout), stderr: String(stderr) }),
    );
  });
}

/** Without what `npm run` sets for the repository. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('npm_')));
}

/** Removes all projects. */
export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Size of a file, or of all files in a folder, in MB. */
export function megabytes(path: string): number {
  return bytesOf(path) / 1e6;
}

function bytesOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .reduce((sum, entry) => sum + bytesOf(join(path, entry.name)), 0);
}
