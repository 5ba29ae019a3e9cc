import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createSqsClient } from '../aws/clients.ts';
import { SqsDeadLetters } from '../aws/sqs/dead-letters.ts';
import { sdkQueueCalls } from '../aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../aws/system.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { ExitCode } from '../terminal/errors.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../text/messages.ts';
import { type ExpiredCounts, emptyCounts, type RedriveCounts, redrive } from './redrive/move-dead-letters.ts';
import { createCloudFormationClient, readStackOutputs } from './stack.ts';

export interface RedriveInput {
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
  const { sqs: client, clock } = deps;
  const nowMs = () => clock.now() + clockErrorMs(client);
  const { dryRun, discardExpired, max = Number.POSITIVE_INFINITY } = input;
  // Stopping at once, on a second signal, is safe as well.
  const interruption = terminal.interruption();
  const urls = await queueUrls(input, deps);
  const deadLetters = new SqsDeadLetters({ client, queueUrl: urls.deadLetterQueueUrl, clock });
  const wakeUpsOf = (tenant: string | undefined) =>
    new SqsWakeUpQueue({ client: sdkQueueCalls(client), ...urls, clock, ...(tenant !== undefined && { tenant }) });
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
    await redrive({ dryRun, discardExpired, max, nowMs, deadLetters, wakeUpsOf, isInterrupted, onProgress }, counts);
  } finally {
    const lines = summaryLines(input, counts, { total, hidden }, nowMs());
    for (const line of lines) terminal.print(escapeForTerminal(line));
  }
  if (interruption.aborted && !counts.isEmptied) return 130;
  const { unreadable, undeleted, expired } = counts;
  return unreadable.size > 0 || undeleted > 0 || expired.wakeUps > expired.discarded ? 1 : 0;
}

/** Less cannot be told from the way of an answer, whose date has whole seconds. */
const LEAST_CLOCK_ERROR_MS = 60_000;

/**
 * What is to be added to the clock of this machine, as the SDK learns it from the answers of SQS: a clock that is ahead must not make
 * wake-ups expire that others can still decide.
 */
function clockErrorMs({ config: { systemClockOffset } }: SQSClient): number {
  return Math.abs(systemClockOffset) < LEAST_CLOCK_ERROR_MS ? 0 : systemClockOffset;
}

interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

async function queueUrls(input: RedriveInput, { cloudFormation }: RedriveDeps): Promise<QueueUrls> {
  const { stack, queue: queueUrl = '', deadLetters: deadLetterQueueUrl = '' } = input;
  if (stack === undefined) return { queueUrl, deadLetterQueueUrl };
  const outputs = await readStackOutputs(cloudFormation, stack, ['WakeUpQueueUrl', 'DeadLetterQueueUrl']);
  return { queueUrl: outputs.WakeUpQueueUrl, deadLetterQueueUrl: outputs.DeadLetterQueueUrl };
}

function summaryLines(
  { dryRun }: RedriveInput,
  { moved, fragments, firstExpiryMs, undeleted, reasons, unreadable, expired, isEmptied }: RedriveCounts,
  before: { readonly total: number; readonly hidden: number },
  nowMs: number,
): string[] {
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
  return [...lines, ...expiredLines(expired, nowMs)];
}

/** What is too late, and what can be done about it. */
function expiredLines({ wakeUps, fragments, firstMs, lastMs, discarded }: ExpiredCounts, nowMs: number): string[] {
  if (wakeUps === 0) return [];
  const [longest, shortest] = [timeText(nowMs - firstMs), timeText(nowMs - lastMs)];
  const ago = longest === shortest ? longest : `${shortest} to ${longest}`;
  const lines = [`too late: ${wakeUps} (${counted(fragments, 'fragment')}): their spans left the buffer ${ago} ago`];
  if (discarded > 0) lines.push(`  discarded: ${discarded}`);
  if (discarded < wakeUps) {
    lines.push('  they stay where they are for 14 days after they were sent first: --discard-expired deletes them');
  }
  return lines;
}

/** Hours from one hour on, else minutes. */
function timeText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? counted(minutes, 'minute') : counted(Math.floor(minutes / 60), 'hour');
}
