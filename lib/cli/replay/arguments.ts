import { parseTraceId, TRACE_ID_FORMS } from '../../archive/trace-id.ts';

const SIGNAL_PATH = '/v1/traces';

/**
 * Where the requests go, by the rules of an exporter's base endpoint: the path of the signal is appended, unless it is there
 * already.
 *
 * @throws {Error} with one line that says what is wrong, and no password
 */
export function otlpTracesUrl(endpoint: string): string {
  const url = URL.parse(endpoint);
  const shown = endpoint.replace(/\/\/[^/]*@/, '//…@');
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(endpoint) ? `; did you mean http://${endpoint}?` : '';
    throw new Error(`expected the URL of an OTLP/HTTP receiver, such as http://host:4318, got "${shown}"${guess}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`the URL has a user name or a password in it: send them as --header 'Authorization=Basic …'`);
  }
  if (url.hash !== '') throw new Error(`expected a URL without "#", got "${shown}"`);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(SIGNAL_PATH) ? path : path + SIGNAL_PATH;
  return url.href;
}

/** Headers that replay sets itself. */
const OWN: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-length', 'host']);

/**
 * A header as it is given: `name=value`, as in `OTEL_EXPORTER_OTLP_HEADERS`, or `name: value`.
 * @throws {Error} with one line that says what is wrong, and no value of a header, which may be a secret
 */
export function parseHeader(text: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*[=:]\s*(.*?)\s*$/s.exec(text) ?? [];
  if (name === '') throw new Error('expected NAME=VALUE, such as x-api-key=…');
  if (OWN.has(name.toLowerCase())) throw new Error(`${name} is set by replay itself`);
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new Error(`the value of ${name} has a character that no header may have`);
  return [name.toLowerCase(), value];
}

/** A trace ID as logs have it, in 32 hex digits. @throws {Error} with what is expected */
export function readTraceId(text: string): string {
  const id = parseTraceId(text);
  if (id === undefined) throw new Error(`expected ${TRACE_ID_FORMS}`);
  return id;
}

/** What `tailgate replay` was asked for: its options. */
export interface ReplayInput {
  /** With its path; undefined for a dry run without one. */
  readonly endpoint: string | undefined;
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly compression: 'gzip' | 'none';
  /** Data folder of the local run, when there is neither a stack nor a bucket. */
  readonly data: string;
  readonly stack: string | undefined;
  readonly bucket: string | undefined;
  readonly tenant: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** 32 hex digits each. */
  readonly trace: readonly string[];
  readonly traceFile: string | undefined;
  readonly where: string | undefined;
  readonly resume: string | undefined;
  readonly dryRun: boolean;
  readonly batchBytes: number;
  readonly inFlight: number;
  /** Spans a second. */
  readonly rate: number | undefined;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly giveUpAfter: number;
}

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
  /** When the traces began that are sent, as it was given. */
  readonly from: string | undefined;
  readonly to: string | undefined;
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

/** The same as the parts of a replay know it. */
export function replayCommand(input: ReplayInput): ReplayCommand {
  return {
    url: input.endpoint,
    headers: Object.fromEntries(input.header),
    compression: input.compression,
    source: sourceOf(input),
    tenant: input.tenant,
    from: input.from,
    to: input.to,
    traceIds: input.trace,
    traceFile: input.traceFile,
    where: input.where,
    resumeFile: input.resume,
    dryRun: input.dryRun,
    batchBytes: input.batchBytes,
    maxInFlight: input.inFlight,
    spansPerSecond: input.rate ?? Number.POSITIVE_INFINITY,
    timeoutMs: input.timeout * 1000,
    giveUpAfterMs: input.giveUpAfter * 1000,
  };
}

function sourceOf({ data, stack, bucket }: ReplayInput): ArchiveSource {
  if (stack !== undefined) return { kind: 'stack', stack };
  return bucket === undefined ? { kind: 'data', dataDir: data } : { kind: 'bucket', bucket };
}
