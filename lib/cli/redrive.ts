import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createSqsClient } from '../aws/clients.ts';
import { SqsDeadLetters } from '../aws/sqs/dead-letters.ts';
import { sdkQueueCalls } from '../aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../aws/system.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { ExitCode } from '../terminal/errors.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../text/messages.ts';
import { emptyCounts, type RedriveCounts, redrive } from './redrive/move-dead-letters.ts';
import { createCloudFormationClient, readStackOutputs } from './stack.ts';

export interface RedriveInput {
  /** Either this, or both queues. */
  readonly stack: string | undefined;
  /** URL of the wake-up queue. */
  readonly queue: string | undefined;
  /** URL of the dead-letter queue. */
  readonly deadLetters: string | undefined;
  readonly dryRun: boolean;
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
/** Unreadable messages, and reasons, that are listed. */
const MAX_LISTED = 10;

/** Moves dead letters back to the wake-up queue, and says what was moved and what is left. */
export async function runRedrive(
  input: RedriveInput,
  terminal: Terminal,
  deps: RedriveDeps = accountOfTheShell(),
): Promise<ExitCode> {
  const { sqs: client, clock } = deps;
  const { dryRun, max = Number.POSITIVE_INFINITY } = input;
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
    await redrive({ dryRun, max, deadLetters, wakeUpsOf, isInterrupted, onProgress }, counts);
  } finally {
    const lines = summaryLines(input, counts, { total, hidden }, clock.now());
    for (const line of lines) terminal.print(escapeForTerminal(line));
  }
  if (interruption.aborted && !counts.isEmptied) return 130;
  return counts.unreadable.size > 0 || counts.undeleted > 0 ? 1 : 0;
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
  { moved, fragments, oldestDueAtMs, undeleted, reasons, unreadable, isEmptied }: RedriveCounts,
  before: { readonly total: number; readonly hidden: number },
  nowMs: number,
): string[] {
  const gone = dryRun ? 0 : moved;
  const left = isEmptied ? (dryRun ? moved : 0) + unreadable.size : Math.max(before.total - gone, unreadable.size);
  const lines = [
    `${dryRun ? 'would move' : 'moved'}: ${moved} (${counted(fragments, 'fragment')})`,
    `left: ${isEmptied ? '' : 'about '}${left}`,
    `unreadable: ${unreadable.size}`,
    ...[...unreadable].slice(0, MAX_LISTED).map(([messageId, reason]) => `  ${messageId}: ${reason}`),
  ];
  if (reasons.size > 0) {
    lines.push('set aside for good, they will come back unless a limit is raised:');
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
  if (nowMs - oldestDueAtMs > DEFAULT_BUFFER_TTL_MS) {
    const oldest = new Date(oldestDueAtMs).toISOString();
    lines.push(`the oldest was due at ${oldest}: spans wait 24 hours unless configured otherwise, so some may be gone`);
  }
  return lines;
}
