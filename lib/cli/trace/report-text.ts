import { formatUtc } from '../../archive/hours.ts';
import type { ArrivedFragment, Fate, KeptFate, TraceReport } from '../../pipeline/explain/trace-report.ts';
import type { ExplainedDecision, ExplainedVote } from '../../sampling/explain-policies.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { counted } from '../../text/messages.ts';
import { DATA_FOLDER } from '../commands/options.ts';

export interface ReportTextOptions {
  /** The stack that was asked; undefined: the local run. */
  readonly stack: string | undefined;
  /** The data folder of the local run. */
  readonly data: string;
  /** Lines of the trace that were read of the archive; undefined: the buffer has it all. */
  readonly lineCount: number | undefined;
}

/** Fragments that are listed: of more, the first and the last ones. */
const MAX_ARRIVALS = 20;

/** A report for a person: what became of the trace, why, and what came. */
export function reportLines(report: TraceReport, terminal: Terminal, options: ReportTextOptions): readonly string[] {
  const { traceId, fate } = report;
  return [
    `${terminal.bold(`trace ${traceId}`)}  ${headline(report)}`,
    ...details(report, options),
    ...('explained' in fate && fate.explained !== undefined ? voteLines(fate.explained, terminal) : []),
    ...arrivalLines(report, terminal),
    ...deadLetterLines(report),
  ].map((line) => line.trimEnd());
}

/** For the waterfall. */
export function fateInWords({ fate }: TraceReport): string {
  return fate.state === 'kept' ? `kept by ${fate.policy}` : STATES[fate.state];
}

const STATES: Readonly<Record<Exclude<Fate['state'], 'kept'>, string>> = {
  unknown: 'unknown',
  waiting: 'waiting',
  overdue: 'waiting',
  not_sampled: 'not sampled',
  dropped: 'dropped',
  dead_lettered: 'in the dead letters',
  too_large: 'too large',
  expired: 'expired',
};

function headline({ fate, asOfMs }: TraceReport): string {
  switch (fate.state) {
    case 'unknown':
      return 'no span of it came in the last 24 hours, and it was not kept in the last 8 days';
    case 'waiting':
      return `waiting: it is decided ${fromNow(fate.dueAtMs, asOfMs)}`;
    case 'overdue':
      return `due ${fromNow(fate.dueAtMs, asOfMs)}, and not recorded: policy ${escapeForTerminal(fate.explained.decision.policy)} keeps it as of now`;
    case 'not_sampled':
      return 'not sampled: no policy keeps it as of now';
    case 'dropped':
      return `dropped by policy ${escapeForTerminal(fate.explained.decision.policy)}, as of now`;
    case 'kept':
      return `kept by policy ${escapeForTerminal(fate.policy)}, ${weightText(fate)}, ${fromNow(fate.decidedAtMs, asOfMs)}`;
    case 'dead_lettered':
      return 'in the dead letters: deciding it was given up';
    case 'too_large':
      return 'too large: it is not decided';
    case 'expired':
      return `expired: its spans left the buffer ${fromNow(fate.leftAtMs, asOfMs)}, and no policy had kept it`;
  }
}

function weightText({ adjustedCount }: KeptFate): string {
  return adjustedCount === null ? 'weight unknown' : `weight ${Number(adjustedCount.toPrecision(6))}`;
}

/** What follows from it, and what to do. */
function details(
  { fate, asOfMs, traceId }: TraceReport,
  { stack, data, lineCount }: ReportTextOptions,
): readonly string[] {
  const folder = data === DATA_FOLDER ? '' : ` --data ${data}`;
  const where = stack === undefined ? folder : ` --stack ${stack}`;
  switch (fate.state) {
    case 'unknown':
      return [
        'Is the ID right, and does the exporter send to this pipeline? docs/missing-traces.md goes through what can be wrong.',
        `An older trace that was kept: tailgate query trace-of-log --trace-id ${traceId} --from -30d${where}`,
      ];
    case 'overdue':
      return [
        'Its wake-up is late, or the policies have changed since they last saw it: then nothing looks at it again unless',
        'another span of it comes.',
        restoreHint(traceId, where),
      ];
    case 'not_sampled':
    case 'dropped': {
      const next =
        fate.nextLookAtMs === undefined
          ? []
          : [`Spans of it came since: they are looked at ${fromNow(fate.nextLookAtMs, asOfMs)}.`];
      return [
        ...next,
        `A late span can still have it kept. Its first spans leave the buffer ${fromNow(fate.leavesAtMs, asOfMs)}.`,
        restoreHint(traceId, where),
      ];
    }
    case 'kept':
      return [
        ...fate.objects.map(objectLine),
        ...missingLines(fate, lineCount, where, traceId),
        ...(fate.keeps === undefined ? [] : [`The policy keeps ${escapeForTerminal(fate.keeps)}`]),
      ];
    case 'dead_lettered':
      return [
        ...(fate.reason === '' ? [] : [escapeForTerminal(fate.reason)]),
        `When the cause is gone: tailgate redrive${where}`,
      ];
    case 'too_large':
      return [escapeForTerminal(fate.reason)];
    case 'waiting':
    case 'expired':
      return [];
  }
}

function restoreHint(traceId: string, where: string): string {
  return `To have it kept all the same: tailgate restore ${traceId}${where}`;
}

function objectLine({ key, state }: KeptFate['objects'][number]): string {
  const note = {
    written: '',
    pending: '  (not there yet: it is being written, or its writer died and the next wake-up takes over)',
    fenced: '  (its writer died: the next wake-up writes the spans elsewhere)',
  };
  return `in ${escapeForTerminal(key)}${note[state]}`;
}

/** When not all lines were found: usually those of late spans, whose claims were folded into one. */
function missingLines(
  fate: KeptFate,
  lineCount: number | undefined,
  where: string,
  traceId: string,
): readonly string[] {
  if (lineCount === undefined || lineCount >= fate.lineCount) return [];
  return [
    `${lineCount} of its ${counted(fate.lineCount, 'line')} are there; the others are in further objects, or over their retention: ` +
      `tailgate query waterfall --trace-id ${traceId}${where}`,
  ];
}

function voteLines({ votes, tooLarge }: ExplainedDecision, terminal: Terminal): readonly string[] {
  if (tooLarge !== undefined) {
    return [
      `It has ${tooLarge.bytes} bytes, and maximum_trace_size_bytes is ${tooLarge.maximumBytes}: no policy is evaluated.`,
    ];
  }
  const width = Math.max(0, ...votes.map(({ policy }) => policy.length));
  return [
    '',
    terminal.bold('the vote of each policy, as of now'),
    ...votes.flatMap((vote) => voteLine(vote, width, terminal, 0)),
  ];
}

const VOTES: Readonly<Record<ExplainedVote['vote'], string>> = {
  sampled: 'keeps it',
  not_sampled: 'no',
  dropped: 'drops it',
  failed: 'failed',
  not_evaluated: 'not asked',
};

function voteLine(vote: ExplainedVote, width: number, terminal: Terminal, depth: number): readonly string[] {
  const indent = '  '.repeat(depth + 1);
  const name = escapeForTerminal(vote.policy === '' ? vote.type : vote.policy).padEnd(width);
  const word = VOTES[vote.vote].padEnd(9);
  const shown = vote.vote === 'sampled' ? terminal.good(word) : vote.vote === 'not_sampled' ? word : terminal.bad(word);
  const rule = terminal.dim(`(${vote.type === 'drop' ? 'drops' : 'keeps'} ${escapeForTerminal(vote.keeps)})`);
  const parts = vote.parts.flatMap((part) => voteLine(part, 0, terminal, depth + 1));
  return [`${indent}${name}  ${shown}  ${escapeForTerminal(vote.saw)}${vote.saw === '' ? '' : '  '}${rule}`, ...parts];
}

function arrivalLines({ arrivals, asOfMs, fate }: TraceReport, terminal: Terminal): readonly string[] {
  if (arrivals.length === 0) return [];
  const hidden = Math.max(0, arrivals.length - MAX_ARRIVALS);
  const half = MAX_ARRIVALS / 2;
  const shown = hidden === 0 ? arrivals : [...arrivals.slice(0, half), ...arrivals.slice(-half)];
  const table = renderTable(
    {
      columns: [
        { title: 'what came, when (UTC)', align: 'left' },
        { title: 'spans', align: 'right' },
        { title: 'from', align: 'left' },
        { title: '', align: 'left' },
      ],
      rows: shown.map((arrival) => [
        formatUtc(arrival.receivedAtMs),
        String(arrival.spanCount),
        servicesText(arrival),
        noteOf(arrival, asOfMs, fate),
      ]),
    },
    { width: terminal.width ?? Number.POSITIVE_INFINITY, bold: terminal.bold },
  );
  const more = hidden === 0 ? [] : [`and ${hidden} more between the first and the last ${half}`];
  return ['', ...table.trimEnd().split('\n'), ...more];
}

function servicesText({ services, isExpired }: ArrivedFragment): string {
  if (services === undefined) return isExpired ? '(expired)' : '(not read)';
  return [...services]
    .map(
      ([service, spans]) =>
        `${service === '' ? '(no service.name)' : escapeForTerminal(service)}${spans === 1 ? '' : ` (${spans})`}`,
    )
    .join(', ');
}

function noteOf({ isClaimed, dueAtMs, isExpired }: ArrivedFragment, asOfMs: number, fate: Fate): string {
  if (isExpired) return '';
  if (fate.state === 'kept')
    return isClaimed ? 'kept' : `late: written ${dueAtMs === undefined ? 'soon' : fromNow(dueAtMs, asOfMs)}`;
  return dueAtMs !== undefined && dueAtMs > asOfMs ? `looked at ${fromNow(dueAtMs, asOfMs)}` : '';
}

function deadLetterLines({ deadLetters, hasMoreDeadLetters, fate }: TraceReport): readonly string[] {
  const letters = fate.state === 'dead_lettered' ? [] : deadLetters;
  return [
    ...letters.map(
      ({ fragments, reason }) =>
        `in the dead letters: ${counted(fragments, 'fragment')} of it${reason === '' ? '' : `, ${escapeForTerminal(reason)}`}`,
    ),
    ...(hasMoreDeadLetters
      ? ['There are more dead letters than were looked through: this trace may be among them.']
      : []),
  ];
}

/** `in 12 s`, `3 min ago`, `now`. */
function fromNow(atMs: number, asOfMs: number): string {
  const seconds = Math.round(Math.abs(atMs - asOfMs) / 1000);
  if (seconds === 0) return 'now';
  const minutes = Math.round(seconds / 60);
  const hours = Math.round(minutes / 60);
  const text = seconds < 120 ? `${seconds} s` : minutes < 120 ? `${minutes} min` : `${hours} h`;
  return atMs > asOfMs ? `in ${text}` : `${text} ago`;
}
