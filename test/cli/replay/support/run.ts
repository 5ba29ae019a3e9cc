import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { replay as command } from '../../../../lib/cli/commands/replay.ts';
import type { ReplayInput } from '../../../../lib/cli/replay/arguments.ts';
import { type ReplayDeps, runReplay } from '../../../../lib/cli/replay/run-replay.ts';
import type { Clock } from '../../../../lib/pipeline/ports.ts';
import { InterruptedError } from '../../../../lib/terminal/errors.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { RecordingTerminal } from '../../../support/recording-terminal.ts';
import { runWith } from '../../../support/run-command.ts';

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
  readonly out: readonly string[];
  readonly complaints: readonly string[];
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
  const waits: number[] = [];
  const terminal = new RecordingTerminal(options.stop === undefined ? {} : { controller: options.stop });
  const deps: ReplayDeps = {
    s3: () => s3 ?? unexpected('S3'),
    cloudFormation: () => cloudFormation ?? unexpected('CloudFormation'),
    athena: async () => athena ?? unexpected('Athena'),
    clock,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
      clock.advance?.(milliseconds);
    },
    abortAfter: () => (options.abort ?? new AbortController()).signal,
  };
  const ran = await runWith<ReplayInput>(command, argv, (input, screen) => runReplay(input, screen, deps), terminal);
  return { code: ran.code, out: ran.lines, complaints: ran.complaints, waits };
}

export function interrupt(controller: AbortController): void {
  controller.abort(new InterruptedError());
}

function unexpected(what: string): never {
  throw new Error(`${what} was not expected to be asked`);
}
