import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createSqsClient } from '../aws/clients.ts';
import { SystemClock } from '../aws/system.ts';
import { openExistingBuffer } from '../local/local-services.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { ExitCode } from '../terminal/errors.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../text/messages.ts';
import type { DeadLetterBox } from './redrive/dead-letter-box.ts';
import { LocalDeadLetterBox } from './redrive/local-dead-letter-box.ts';
import {
  type ExpiredCounts,
  emptyCounts,
  type RedriveCounts,
  redrive,
  type TraceList,
} from './redrive/move-dead-letters.ts';
import { type QueueUrls, SqsDeadLetterBox } from './redrive/sqs-dead-letter-box.ts';
import { createCloudFormationClient, readStackOutputs } from './stack.ts';

export interface RedriveInput {
  /** The data folder of the local run, unless the others name a deployed pipeline. */
  readonly data: string;
  /** Either this, or both queues. */
  readonly stack: string | undefined;
  /** URL of the wake-up queue. */
  readonly queue: string | undefined;
  /** URL of the dead-letter queue. */
  readonly deadLetters: string | undefined;
  readonly dryRun: boolean;
  /** Deletes wake-ups whose spans have left the buffer. */
  readonly discardExpired: boolean;
  /** Undefined: all. */
  readonly max: number | undefined;
}

export interface RedriveDeps {
  readonly sqs: SQSClient;
  readonly cloudFormation: CloudFormationClient;
  readonly clock: Clock;
}

/** In the account and region of the shell. */
function accountOfTheShell(): RedriveDeps {
  return {
    sqs: createSqsClient({ requestTimeoutMs: 10_000 }),
    cloudFormation: createCloudFormationClient(),
    clock: new SystemClock(),
  };
}

/** Wake-ups between two lines of progress. */
const PROGRESS_STEP = 100;
/** Spans that leave the buffer within this time are mentioned. */
const SOON_MS = 12 * 3_600_000;
/** Unreadable messages, and reasons, that are listed. */
const MAX_LISTED = 10;

/** Moves dead letters back to the wake-up queue, and says what was moved and what is left. */
export async function runRedrive(
  input: RedriveInput,
  terminal: Terminal,
  deps: RedriveDeps = accountOfTheShell(),
): Promise<ExitCode> {
  // Stopping at once, on a second signal, is safe as well.
  const interruption = terminal.interruption();
  if (input.stack !== undefined || input.queue !== undefined) {
    const box = new SqsDeadLetterBox(deps.sqs, deps.clock, await queueUrls(input, deps));
    return moveAll(input, terminal, box, interruption);
  }
  const store = openExistingBuffer(input.data);
  try {
    return await moveAll(input, terminal, new LocalDeadLetterBox(store, deps.clock), interruption);
  } finally {
    await store.close();
  }
}

async function moveAll(
  input: RedriveInput,
  terminal: Terminal,
  deadLetters: DeadLetterBox,
  interruption: AbortSignal,
): Promise<ExitCode> {
  const { dryRun, discardExpired, max = Number.POSITIVE_INFINITY } = input;
  const { total, hidden } = await deadLetters.count();
  const counts = emptyCounts();
  let shown = 0;
  const onProgress = ({ moved }: RedriveCounts) => {
    if (moved - shown < PROGRESS_STEP) return;
    shown = moved;
    terminal.complain(`${dryRun ? 'read' : 'moved'} ${moved} of about ${total}`);
  };
  const isInterrupted = () => interruption.aborted;
  try {
    await redrive({ dryRun, discardExpired, max, deadLetters, isInterrupted, onProgress }, counts);
  } finally {
    const lines = summaryLines(input, counts, { total, hidden }, deadLetters);
    for (const line of lines) terminal.print(escapeForTerminal(line));
  }
  if (interruption.aborted && !counts.isEmptied) return 130;
  const { unreadable, undeleted, expired } = counts;
  return unreadable.size > 0 || undeleted > 0 || expired.wakeUps > expired.discarded ? 1 : 0;
}

async function queueUrls(input: RedriveInput, { cloudFormation }: RedriveDeps): Promise<QueueUrls> {
  const { stack, queue: queueUrl = '', deadLetters: deadLetterQueueUrl = '' } = input;
  if (stack === undefined) return { queueUrl, deadLetterQueueUrl };
  const outputs = await readStackOutputs(cloudFormation, stack, ['WakeUpQueueUrl', 'DeadLetterQueueUrl']);
  return { queueUrl: outputs.WakeUpQueueUrl, deadLetterQueueUrl: outputs.DeadLetterQueueUrl };
}

function summaryLines(
  { dryRun }: RedriveInput,
  { moved, fragments, firstExpiryMs, undeleted, reasons, traces, unreadable, expired, isEmptied }: RedriveCounts,
  before: { readonly total: number; readonly hidden: number },
  box: DeadLetterBox,
): string[] {
  const nowMs = box.nowMs();
  const gone = dryRun ? 0 : moved + expired.discarded;
  const kept = unreadable.size + expired.wakeUps - expired.discarded;
  const left = isEmptied ? (dryRun ? moved : 0) + kept : Math.max(before.total - gone, kept);
  const lines = [
    `${dryRun ? 'would move' : 'moved'}: ${moved} (${counted(fragments, 'fragment')})`,
    `left: ${isEmptied ? '' : 'about '}${left}`,
    `unreadable: ${unreadable.size}`,
    ...[...unreadable].slice(0, MAX_LISTED).map(([messageId, reason]) => `  ${messageId}: ${reason}`),
  ];
  if (reasons.size > 0) {
    lines.push('why they were set aside; they will come back unless the cause is gone:');
    lines.push(...[...reasons].slice(0, MAX_LISTED).map((reason) => `  ${reason}`));
    if (reasons.size > MAX_LISTED) lines.push(`  and ${reasons.size - MAX_LISTED} more`);
  }
  if (undeleted > 0)
    lines.push(`moved, but could not be deleted: ${undeleted}; they will be moved again, which does no harm`);
  if (before.hidden > 0) {
    lines.push(
      `hidden at the start: about ${before.hidden}, received by another consumer within two minutes; run this again then`,
    );
  }
  if (firstExpiryMs - nowMs < SOON_MS) {
    lines.push(`hurry: the first spans of these leave the buffer in ${timeText(firstExpiryMs - nowMs)}`);
  }
  return [...lines, ...expiredLines(expired, nowMs, box.keptFrom), ...traceLines(traces)];
}

/** What a dry run has read. */
function traceLines({ reasons, isCut }: TraceList): string[] {
  if (reasons.size === 0) return [];
  const lines = [...reasons].map(([trace, reason]) => `  ${trace}: ${reason}`);
  return ['traces:', ...lines, ...(isCut ? ['  and more'] : [])];
}

/** What is too late, and what can be done about it. */
function expiredLines(
  { wakeUps, fragments, firstMs, lastMs, discarded }: ExpiredCounts,
  nowMs: number,
  keptFrom: string,
): string[] {
  if (wakeUps === 0) return [];
  const [longest, shortest] = [timeText(nowMs - firstMs), timeText(nowMs - lastMs)];
  const ago = longest === shortest ? longest : `${shortest} to ${longest}`;
  const lines = [`too late: ${wakeUps} (${counted(fragments, 'fragment')}): their spans left the buffer ${ago} ago`];
  if (discarded > 0) lines.push(`  discarded: ${discarded}`);
  if (discarded < wakeUps) {
    lines.push(`  they stay where they are for 14 days after ${keptFrom}: --discard-expired deletes them`);
  }
  return lines;
}

/** Hours from one hour on, else minutes. */
function timeText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? counted(minutes, 'minute') : counted(Math.floor(minutes / 60), 'hour');
}
