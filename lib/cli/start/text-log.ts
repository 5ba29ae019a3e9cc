import type { Log } from '../../../functions/shared/logger.ts';
import { bytesText, escapeForTerminal, formatDuration } from '../../terminal/show.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { wrapText } from '../../text/messages.ts';
import { BatchLines, decisionsIn } from './batch-lines.ts';

type Level = 'info' | 'warning' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/** A terminal with fewer columns has none for the time of day. */
const COLUMNS_FOR_TIME = 100;
/** Before what goes on in a second line. */
const INDENTATION = '  ';
/** Of a value, in UTF-16 code units: what clients send may be long. */
const MAX_VALUE_LENGTH = 300;
/** Different problems of policies that are told, each once: a broken condition fails for every trace. */
const MAX_POLICY_PROBLEMS = 100;

export interface TextLogOptions {
  /** Whether lines of the level DEBUG are written. */
  readonly verbose: boolean;
  /** Names of the policies, in the order in which a line lists them. */
  readonly policies: readonly string[];
}

/**
 * The log of `tailgate start` for a person: sentences in place of JSON, what was decided in one line, and nothing while nothing
 * happens. What it does not know is shown with all its fields.
 */
export class TextLog implements Log {
  readonly #terminal: Terminal;
  readonly #verbose: boolean;
  readonly #batches: BatchLines;
  readonly #policyProblems = new Set<string>();

  constructor(terminal: Terminal, { verbose, policies }: TextLogOptions) {
    this.#terminal = terminal;
    this.#verbose = verbose;
    this.#batches = new BatchLines((line) => this.#print(line), policies);
  }

  debug(message: string, fields: Fields): void {
    if (this.#verbose) this.#tell('info', message, fields);
  }

  info(message: string, fields: Fields): void {
    if (message === 'decision batch') this.#decided(fields);
    else this.#tell('info', message, fields);
  }

  warn(message: string, fields: Fields): void {
    if (message === 'decision batch') {
      this.#decided(fields);
      this.#tell('warning', 'traces could not be settled and are tried again', {
        failures: fields['failures'],
      });
    } else this.#tell('warning', message, fields);
  }

  error(message: string, fields: Fields): void {
    this.#tell('error', message, fields);
    const stack = defectIn(fields['error'])?.stack;
    if (stack !== undefined) for (const line of stack.split('\n').slice(1)) this.#terminal.print(this.#dim(line));
  }

  /** Prints what is left of the last second. */
  flush(): void {
    this.#batches.flush();
  }

  #decided(fields: Fields): void {
    this.#batches.add(decisionsIn(fields));
    for (const problem of Object.keys(fieldsIn(fields['policyErrors']))) {
      if (this.#policyProblems.has(problem) || this.#policyProblems.size >= MAX_POLICY_PROBLEMS) continue;
      this.#policyProblems.add(problem);
      this.#tell('warning', 'a policy cannot be evaluated', { reason: problem });
    }
  }

  #tell(level: Level, message: string, fields: Fields): void {
    this.#batches.flush();
    this.#print(IN_WORDS[message]?.(fields) ?? inWords(message, fields), level);
  }

  #print(text: string, level: Level = 'info'): void {
    const { width = Number.POSITIVE_INFINITY } = this.#terminal;
    const time = width < COLUMNS_FOR_TIME ? '' : `${new Date().toTimeString().slice(0, 8)}  `;
    const mark = level === 'info' ? '' : `${level}: `;
    const [first = '', ...more] = wrapText(mark + text, width - time.length - INDENTATION.length).split('\n');
    const { dim, bold, bad } = this.#terminal;
    const marked = mark === '' ? '' : (level === 'error' ? bad : bold)(mark);
    this.#terminal.print((time === '' ? '' : dim(time)) + marked + first.slice(mark.length));
    for (const line of more) this.#terminal.print(' '.repeat(time.length) + INDENTATION + line);
  }

  #dim(line: string): string {
    return this.#terminal.dim(escapeForTerminal(line));
  }
}

/** What is said of a message in words of its own. All others: the message, the reason, and the other fields. */
const IN_WORDS: Readonly<Record<string, (fields: Fields) => string>> = {
  ingest: ({ spans, fragments, rejectedSpans, bytes }) =>
    `received ${spans} spans (${bytesText(Number(bytes))}) for ${fragments} traces${rejectedSpans === 0 ? '' : `, and rejected ${rejectedSpans}`}`,
  refused({ status, reason, userAgent, alsoRefused }) {
    const sender = userAgent === undefined || userAgent === '' ? '' : `, to ${valueText(userAgent)}`;
    return `answered ${status}${sender}: ${valueText(reason)}${alsoToo(alsoRefused)}`;
  },
  'spans could not be made durable': ({ error, alsoRefused }) =>
    `spans cannot be stored, and exporters are told to send them again: ${valueText(error)}${alsoToo(alsoRefused)}`,
  'overload: refusing spans': ({ reason, lagMs, undecidedBytes }) =>
    reason === 'lag'
      ? `overload: decisions are ${formatDuration(Number(lagMs))} late, so spans are refused, and exporters send them again; send less`
      : `overload: spans that wait fill the buffer (${bytesText(Number(undecidedBytes))}), so more are refused, and exporters send them again; raise --max-buffer, or shorten decision_wait`,
  'overload is over: accepting spans': ({ refusedRequests }) =>
    `overload is over: spans are accepted again; ${refusedRequests} requests were refused`,
  'the disk can be written again': ({ lastedMs }) =>
    `the disk can be written again, after ${formatDuration(Number(lastedMs))}`,
  'dead letter'({ traceIds, fragments, reason }) {
    const [first, ...more] = Array.isArray(traceIds) ? traceIds : [];
    const which = more.length === 0 ? `trace ${first}` : `trace ${first} and ${more.length} more`;
    return `set aside ${fragments} fragments of ${which}: ${valueText(reason)}; "tailgate redrive" decides them again`;
  },
  stopping: ({ signal }) => `stopping (${signal}): spans that wait for their decision stay on the disk`,
};

function alsoToo(alsoRefused: unknown): string {
  return Number(alsoRefused) > 0 ? ` (and ${alsoRefused} more in the last minute)` : '';
}

function inWords(message: string, { error, reason, hint, ...others }: Fields): string {
  const rest = Object.entries(others).map(([name, value]) => `${name} ${valueText(value)}`);
  const parts = [error, reason, hint].filter((part) => part !== undefined).map(valueText);
  return [message, ...(rest.length === 0 ? [] : [rest.join(', ')]), ...parts].join(': ');
}

/** A value on one line, safe for a terminal, and cut. */
function valueText(value: unknown): string {
  const text =
    value instanceof Error ? messagesOf(value) : typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return escapeForTerminal(text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text);
}

function messagesOf(error: Error): string {
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${messagesOf(cause)})` : message;
}

/** The error, if it comes from the program rather than from the machine: its place in the program belongs into a report. */
function defectIn(error: unknown): Error | undefined {
  return error instanceof Error && !('code' in error || 'errcode' in error || error.cause instanceof Error)
    ? error
    : undefined;
}

function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
