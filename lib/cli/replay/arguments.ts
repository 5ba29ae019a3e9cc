import { parseArgs } from 'node:util';
import { isTenantName, TENANT_NAME_RULE } from '../../archive/layout.ts';
import { parseTraceId, TRACE_ID_FORMS } from '../../archive/tables/query-value.ts';
import { withEqualsSigns } from '../with-equals-signs.ts';

const SIGNAL_PATH = '/v1/traces';

/**
 * Where the requests go, by the rules of an exporter's base endpoint: the path of the signal is appended, unless it is there
 * already.
 *
 * @throws {Error} with one line that says what is wrong
 */
export function otlpTracesUrl(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(endpoint) ? `; did you mean http://${endpoint}?` : '';
    throw new Error(`--to is "${endpoint}": expected the URL of an OTLP/HTTP receiver, like http://host:4318${guess}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`--to has a user name or a password in it: send them as --header 'Authorization=Basic …'`);
  }
  if (url.hash !== '') throw new Error(`--to is "${endpoint}": a URL to send to has no "#"`);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(SIGNAL_PATH) ? path : path + SIGNAL_PATH;
  return url.href;
}

/** Those that this tool sets itself. */
const OWN: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-length', 'host']);

/**
 * Headers as they are given: `name=value`, as in `OTEL_EXPORTER_OTLP_HEADERS`, or `name: value`.
 * @throws {Error} with one line that says what is wrong, and no value of a header, which may be a secret
 */
export function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*[=:]\s*(.*?)\s*$/s.exec(text) ?? [];
    if (name === '') throw new Error('--header: expected NAME=VALUE, like x-api-key=…');
    if (OWN.has(name.toLowerCase())) throw new Error(`--header ${name}: replay sets it itself`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new Error(`--header ${name}: its value has a character that no header may have`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

export const REPLAY_USAGE = `Usage: npm run replay -- --to URL [--stack NAME] [--since TIME] [--until TIME] [--trace ID …] [--where SQL] …

Sends kept traces to an OTLP/HTTP receiver: Jaeger, Tempo, a Collector, another Tailgate.

  --to URL             the receiver, like http://localhost:4318; /v1/traces is appended unless it is there
  --header NAME=VALUE  sent with each request; repeatable
  --compression gzip|none
                       of the requests (default: gzip)

where the traces are (default: the local run)
  --data FOLDER        data folder of the local run (default: .tailgate)
  --stack NAME         a deployed stack
  --bucket NAME        instead of it: the archive bucket itself
  --tenant NAME        whose traces, where tenants are kept apart

which ones; all conditions must hold
  --since TIME         that began then or later; with --stack or --bucket it must be given
  --until TIME         and before (default: no end)
  --trace ID           this trace, as logs have it: hex, UUID, traceparent, X-Ray; repeatable
  --trace-file FILE    the traces of this file, an ID a line; "-" is standard input
  --where SQL          a condition on the view traces: "status = 'ERROR'"; with --stack, Athena is asked

how
  --resume FILE        keeps the position there, and goes on from it when it is there already
  --dry-run            reads and counts, and sends nothing
  --batch-bytes N      of a request before compression (default: 1048576); a longer line is sent alone
  --in-flight N        requests at once (default: 4)
  --rate N             spans a second at most, from the first one on; a line of a trace goes whole (default: no limit)
  --timeout N          seconds for one attempt (default: 30)
  --give-up-after N    seconds of retrying one request (default: 300)
  --help               this text

TIME is 2026-11-21, 2026-11-21T07, 2026-11-21T07:30 (UTC), now, or back from now: -90m, -6h, -2d. A trace that
arrived more than 24 hours from its start is filed under the hour of its arrival, and in all windows of that hour.
Exit code 0 when everything was sent, 1 when something was not, 130 when it was interrupted.`;

export type ArchiveSource =
  | { readonly kind: 'data'; readonly dataDir: string }
  | { readonly kind: 'stack'; readonly stack: string }
  | { readonly kind: 'bucket'; readonly bucket: string };

export interface ReplayCommand {
  /** With its path; undefined for a dry run without one. */
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly source: ArchiveSource;
  readonly tenant: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
  readonly traceFile: string | undefined;
  readonly where: string | undefined;
  readonly resumeFile: string | undefined;
  readonly dryRun: boolean;
  readonly batchBytes: number;
  readonly maxInFlight: number;
  readonly spansPerSecond: number;
  readonly timeoutMs: number;
  readonly giveUpAfterMs: number;
}

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true, default: [] as string[] } as const;
const FLAG = { type: 'boolean', default: false } as const;
const OPTIONS = {
  to: TEXT,
  header: TEXTS,
  compression: { type: 'string', default: 'gzip' },
  data: TEXT,
  stack: TEXT,
  bucket: TEXT,
  tenant: TEXT,
  since: TEXT,
  until: TEXT,
  trace: TEXTS,
  'trace-file': TEXT,
  where: TEXT,
  resume: TEXT,
  'dry-run': FLAG,
  'batch-bytes': { type: 'string', default: '1048576' },
  'in-flight': { type: 'string', default: '4' },
  rate: TEXT,
  timeout: { type: 'string', default: '30' },
  'give-up-after': { type: 'string', default: '300' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Undefined: help is asked for.
 * @throws {Error} with all that is wrong, one a line
 */
export function parseReplayArguments(argv: readonly string[]): ReplayCommand | undefined {
  if (argv.some((argument) => /^--from\b/.test(argument))) {
    throw new Error('--from: the times are called --since and --until here, because --to is the receiver');
  }
  const args = withEqualsSigns(argv, ['since', 'until']);
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return undefined;
  const problems: string[] = [];
  const check = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const wholeNumber = (option: 'batch-bytes' | 'in-flight' | 'timeout' | 'give-up-after', min: number, max: number) =>
    check(() => readWholeNumber(option, values[option], min, max)) ?? min;

  if (values.to === undefined && !values['dry-run'])
    problems.push('--to is missing: the receiver, like http://host:4318');
  const source = check(() => sourceOf(values)) ?? { kind: 'data', dataDir: '' };
  if (source.kind !== 'data' && values.since === undefined) {
    problems.push(
      '--since is missing: a bucket may hold years, and all of it would be read; --since 2000-01-01 says so',
    );
  }
  if (source.kind === 'bucket' && values.where !== undefined) {
    problems.push(
      '--where asks the local archive, or the Athena of a stack; of a bucket, give trace IDs with --trace-file',
    );
  }
  if (values.tenant !== undefined && !isTenantName(values.tenant)) {
    problems.push(`--tenant is "${values.tenant}": expected ${TENANT_NAME_RULE}`);
  }
  const { compression } = values;
  if (compression !== 'gzip' && compression !== 'none') {
    problems.push(`--compression is "${compression}": expected gzip or none`);
  }
  const command: ReplayCommand = {
    url: values.to === undefined ? undefined : check(() => otlpTracesUrl(values.to ?? '')),
    headers: check(() => parseHeaders(values.header)) ?? {},
    compression: compression === 'none' ? 'none' : 'gzip',
    source,
    tenant: values.tenant,
    since: values.since,
    until: values.until,
    traceIds: values.trace.flatMap((text) => check(() => readTraceId(text, '--trace')) ?? []),
    traceFile: values['trace-file'],
    where: values.where,
    resumeFile: values.resume,
    dryRun: values['dry-run'],
    batchBytes: wholeNumber('batch-bytes', 1, 64 * 1024 * 1024),
    maxInFlight: wholeNumber('in-flight', 1, 100),
    spansPerSecond:
      values.rate === undefined
        ? Number.POSITIVE_INFINITY
        : (check(() => readWholeNumber('rate', values.rate ?? '', 1, 1_000_000_000)) ?? 1),
    timeoutMs: wholeNumber('timeout', 1, 3600) * 1000,
    giveUpAfterMs: wholeNumber('give-up-after', 0, 7 * 24 * 3600) * 1000,
  };
  if (command.dryRun && command.resumeFile !== undefined)
    problems.push('--dry-run sends nothing: it has no position to --resume');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return command;
}

/** @throws {Error} with one line that says what is wrong */
export function readTraceId(text: string, where: string): string {
  const id = parseTraceId(text);
  if (id === undefined) throw new Error(`${where} is "${text}": expected ${TRACE_ID_FORMS}`);
  return id;
}

function sourceOf(values: { data?: string; stack?: string; bucket?: string }): ArchiveSource {
  const given = (['data', 'stack', 'bucket'] as const).filter((option) => values[option] !== undefined);
  if (given.length > 1) throw new Error(`expected one of --data, --stack and --bucket, got --${given.join(' and --')}`);
  if (values.stack !== undefined) return { kind: 'stack', stack: values.stack };
  if (values.bucket !== undefined) return { kind: 'bucket', bucket: values.bucket };
  return { kind: 'data', dataDir: values.data ?? '.tailgate' };
}

function readWholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${option} is "${text}": expected a whole number from ${min} to ${max}`);
}
