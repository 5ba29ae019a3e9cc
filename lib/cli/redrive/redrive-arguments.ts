import { parseArgs } from 'node:util';

export const REDRIVE_USAGE = `Usage: npm run redrive -- --stack NAME [--dry-run] [--max N]

Moves dead letters back to the wake-up queue, each with all its attempts before it. A wake-up is sent before its dead
letter is deleted: stopping it at any point loses nothing, and running it twice keeps nothing twice. Find out first why
they died: docs/operations.md.

  --stack NAME         the deployed stack
  --queue URL --dead-letters URL
                       instead of it: the queues themselves
  --dry-run            reads the dead letters, says what would be moved, and leaves them where they are
  --max N              stops after N
  --help               this text

Exit code 0 when all that was asked for is moved, 1 when something is left or failed, 130 when it was interrupted.`;

export type RedriveArguments = { readonly help: true } | (RedriveCommand & { readonly help: false });

export interface RedriveCommand {
  readonly target: { readonly stack: string } | QueueUrls;
  readonly dryRun: boolean;
  readonly max: number;
}

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** @throws {Error} with one line that says what is wrong */
export function parseRedriveArguments(argv: readonly string[]): RedriveArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      stack: { type: 'string' },
      queue: { type: 'string' },
      'dead-letters': { type: 'string' },
      'dry-run': { type: 'boolean' },
      max: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return { help: true };
  if (values.max !== undefined && !/^[1-9]\d*$/.test(values.max)) {
    throw new Error(`--max is "${values.max}": expected a whole number from 1`);
  }
  return {
    help: false,
    target: targetOf(values.stack, values.queue, values['dead-letters']),
    dryRun: values['dry-run'] ?? false,
    max: values.max === undefined ? Number.POSITIVE_INFINITY : Number(values.max),
  };
}

function targetOf(
  stack: string | undefined,
  queueUrl: string | undefined,
  deadLetterQueueUrl: string | undefined,
): RedriveCommand['target'] {
  if (stack !== undefined && queueUrl === undefined && deadLetterQueueUrl === undefined) return { stack };
  if (stack !== undefined || queueUrl === undefined || deadLetterQueueUrl === undefined) {
    throw new Error('expected either --stack NAME, or both --queue URL and --dead-letters URL');
  }
  if (queueUrl === deadLetterQueueUrl) throw new Error('--queue and --dead-letters are the same queue');
  return { queueUrl, deadLetterQueueUrl };
}
