import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export type FunctionName = 'ingest' | 'decide';

export interface FunctionProcess {
  readonly pid: number;
  readonly name: FunctionName;
}

/** The engine unpacks a function into a folder with its name, and the CDK names it after its construct. */
const FOLDER = /ministack-lambda-[^/]*?(Ingest|Decide)/;

/** The processes in which an engine runs the functions: one for each invocation at a time, as instances on AWS. */
export class FunctionProcesses {
  readonly #engine: number;
  /** Processes that stand still, each until its pause is over. */
  readonly #paused = new Map<number, Promise<void>>();
  readonly counts = { killed: 0, paused: 0, continued: 0, endedWhilePaused: 0 };

  /** @param engine its process ID */
  constructor(engine: number) {
    this.#engine = engine;
  }

  list(): readonly FunctionProcess[] {
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry) || parentOf(entry) !== this.#engine) return [];
      const name = FOLDER.exec(readOr(`/proc/${entry}/cmdline`))?.[1]?.toLowerCase();
      return name === 'ingest' || name === 'decide' ? [{ pid: Number(entry), name }] : [];
    });
  }

  /** The process with this port at its end of a connection on this machine; undefined: it has ended, or is none of these. */
  ownerOf(port: number): FunctionProcess | undefined {
    const inode = inodeOf(port);
    return inode === undefined ? undefined : this.list().find(({ pid }) => hasSocket(pid, inode));
  }

  kill({ pid }: FunctionProcess): void {
    if (signal(pid, 'SIGKILL')) this.counts.killed += 1;
  }

  killAll(): void {
    for (const { pid } of this.list()) signal(pid, 'SIGKILL');
  }

  /** Stops it, and lets it go on later. Does not wait for that. */
  pause({ pid }: FunctionProcess, ms: number, then = () => {}): void {
    if (this.#paused.has(pid) || !signal(pid, 'SIGSTOP')) {
      then();
      return;
    }
    this.counts.paused += 1;
    const over = sleep(ms).then(() => {
      this.#paused.delete(pid);
      if (signal(pid, 'SIGCONT')) this.counts.continued += 1;
      else this.counts.endedWhilePaused += 1;
      then();
    });
    this.#paused.set(pid, over);
  }

  isPaused({ pid }: FunctionProcess): boolean {
    return this.#paused.has(pid);
  }

  get pausedNow(): number {
    return this.#paused.size;
  }

  /** Resolves when none stands still. */
  async allGoOn(): Promise<void> {
    await Promise.all(this.#paused.values());
  }

  /** Of the one that holds most. */
  mostMemoryBytes(): number {
    const kilobytes = this.list().map(({ pid }) => {
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0);
    });
    return Math.max(0, ...kilobytes) * 1024;
  }
}

/** @returns whether there is such a process */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function parentOf(pid: string): number {
  // The name stands in parentheses, and may have spaces: "42 (node) S 7 …".
  const [, , parent] = (readOr(`/proc/${pid}/stat`).split(') ')[1] ?? '').match(/^(\S+) (\d+)/) ?? [];
  return Number(parent);
}

/** Of the end of a connection that has this port. */
function inodeOf(port: number): string | undefined {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readOr('/proc/net/tcp').split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).find((fields) => fields[1] === local)?.[9];
}

function hasSocket(pid: number, inode: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => linkOf(`${folder}/${name}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

/** Nothing of a process that has ended. */
function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
