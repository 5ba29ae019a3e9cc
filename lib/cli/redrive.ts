import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DEFAULT_BUFFER_TTL_MS } from '../../aws/dynamodb/schema.ts';
import { SqsDeadLetters } from '../../aws/sqs/dead-letters.ts';
import { SqsWakeUpQueue } from '../../aws/sqs/wake-up-queue.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import { runCommand } from '../run-command.ts';
import { readStackOutputs } from '../stack.ts';
import { emptyCounts, type RedriveCounts, redrive } from './redrive.ts';
import { parseRedriveArguments, type QueueUrls, REDRIVE_USAGE, type RedriveCommand } from './redrive-arguments.ts';

export interface RedriveIo {
  readonly sqs: SQSClient;
  readonly cloudFormation: CloudFormationClient;
  readonly clock: Clock;
  /** Whether somebody wants it to stop. */
  readonly isInterrupted: () => boolean;
  readonly print: (line: string) => void;
  /** For what is not the output itself: progress, and what is wrong. */
  readonly complain: (line: string) => void;
}

/** Wake-ups between two lines of progress. */
const PROGRESS_STEP = 100;
/** Unreadable messages, and reasons, that are listed. */
const MAX_LISTED = 10;

/** The command `redrive`. Resolves to the exit code. */
export function runRedrive(argv: readonly string[], io: RedriveIo): Promise<0 | 1 | 130> {
  return runCommand(argv, io, {
    usage: REDRIVE_USAGE,
    parse(given) {
      const args = parseRedriveArguments(given);
      return args.help ? undefined : args;
    },
    run: (command) => run(command, io),
  });
}

async function run(command: RedriveCommand, io: RedriveIo): Promise<0 | 1 | 130> {
  const urls = await queueUrls(command, io);
  const deadLetters = new SqsDeadLetters({ client: io.sqs, queueUrl: urls.deadLetterQueueUrl, clock: io.clock });
  const wakeUpsOf = (tenant: string | undefined) =>
    new SqsWakeUpQueue({ client: io.sqs, ...urls, clock: io.clock, ...(tenant !== undefined && { tenant }) });
  const { total, hidden } = await deadLetters.count();
  const counts = emptyCounts();
  let shown = 0;
  const onProgress = ({ moved }: RedriveCounts) => {
    if (moved - shown < PROGRESS_STEP) return;
    shown = moved;
    io.complain(`${command.dryRun ? 'read' : 'moved'} ${moved} of about ${total}`);
  };
  try {
    await redrive({ ...command, deadLetters, wakeUpsOf, isInterrupted: io.isInterrupted, onProgress }, counts);
  } finally {
    for (const line of summaryLines(command, counts, { total, hidden }, io.clock.now()))
      io.print(escapeForTerminal(line));
  }
  if (io.isInterrupted() && !counts.isEmptied) return 130;
  return counts.unreadable.size > 0 || counts.undeleted > 0 ? 1 : 0;
}

async function queueUrls({ target }: RedriveCommand, io: RedriveIo): Promise<QueueUrls> {
  if ('queueUrl' in target) return target;
  const outputs = ['WakeUpQueueUrl', 'DeadLetterQueueUrl'] as const;
  const { WakeUpQueueUrl, DeadLetterQueueUrl } = await readStackOutputs(io.cloudFormation, target.stack, outputs);
  return { queueUrl: WakeUpQueueUrl, deadLetterQueueUrl: DeadLetterQueueUrl };
}

function summaryLines(
  { dryRun }: RedriveCommand,
  { moved, fragments, oldestDueAtMs, undeleted, reasons, unreadable, isEmptied }: RedriveCounts,
  before: { readonly total: number; readonly hidden: number },
  nowMs: number,
): string[] {
  const gone = dryRun ? 0 : moved;
  const left = isEmptied ? (dryRun ? moved : 0) + unreadable.size : Math.max(before.total - gone, unreadable.size);
  const lines = [
    `${dryRun ? 'would move' : 'moved'}: ${moved} (${fragments} fragments)`,
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
      `hidden at the start: about ${before.hidden}, received by somebody within two minutes; run this again then`,
    );
  }
  if (nowMs - oldestDueAtMs > DEFAULT_BUFFER_TTL_MS) {
    const oldest = new Date(oldestDueAtMs).toISOString();
    lines.push(`the oldest was due at ${oldest}: spans wait 24 hours unless configured otherwise, so some may be gone`);
  }
  return lines;
}
