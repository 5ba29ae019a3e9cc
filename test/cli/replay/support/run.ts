import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { InterruptedError } from '../../../../lib/cli/replay/otlp-sender.ts';
import { runReplay } from '../../../../lib/cli/replay/run-replay.ts';
import type { Clock } from '../../../../lib/pipeline/ports.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

export interface RunOptions {
  /** Default: it stands still a minute from now, so that files that are written now are there when the replay begins. */
  readonly clock?: Clock & { advance?: (milliseconds: number) => void };
  readonly s3?: S3Client;
  readonly cloudFormation?: CloudFormationClient;
  readonly athena?: AthenaClient;
  readonly stop?: AbortController;
  readonly abort?: AbortController;
}

export interface Ran {
  readonly code: number;
  readonly out: string[];
  readonly complaints: string[];
  /** What was waited for, in milliseconds. */
  readonly waits: number[];
}

/** A clock that a test can move, which starts as the machine's. */
export class MovableClock implements Clock {
  #aheadMs = 0;

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  advance(milliseconds: number): void {
    this.#aheadMs += milliseconds;
  }
}

/** Runs the command in this process. Waiting only moves the clock. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { clock = new ManualClock(Date.now() + 60_000), s3, cloudFormation, athena } = options;
  const out: string[] = [];
  const complaints: string[] = [];
  const waits: number[] = [];
  const code = await runReplay(argv, {
    s3: () => s3 ?? unexpected('S3'),
    cloudFormation: () => cloudFormation ?? unexpected('CloudFormation'),
    athena: () => athena ?? unexpected('Athena'),
    clock,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
      clock.advance?.(milliseconds);
    },
    stop: (options.stop ?? new AbortController()).signal,
    abort: (options.abort ?? new AbortController()).signal,
    print: (line) => out.push(line),
    complain: (line) => complaints.push(line),
    progress: () => ({ finish() {} }),
  });
  return { code, out, complaints, waits };
}

export function interrupt(controller: AbortController): void {
  controller.abort(new InterruptedError());
}

function unexpected(what: string): never {
  throw new Error(`${what} was not expected to be asked`);
}
