import { resolve } from 'node:path';
import { pageUrl } from '../../local/listening.ts';
import { isOpenToReaders, type ReadingOptions } from '../../local/reading.ts';
import type { RunningTailgate } from '../../local/start.ts';
import type { SamplingConfig } from '../../sampling/sampling-config.ts';
import { summarizeConfig } from '../../sampling/summarize-config.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import { counted, wrapText } from '../../text/messages.ts';
import { summaryLines } from '../config-report.ts';

export interface Welcome extends ReadingOptions {
  readonly running: Pick<RunningTailgate, 'url' | 'grpcUrl'>;
  readonly config: SamplingConfig;
  /** The file of the policies, as it was given. */
  readonly configFile: string;
  readonly dataDir: string;
  readonly retentionMs: number | undefined;
}

/** Policies that are listed; `tailgate validate` lists all. */
const MAX_POLICIES = 12;
/** So that nobody waits for a line, or for a trace on the page, that does not come. */
const WHAT_COMES = 'A trace is on the page once it is decided. Ctrl-C stops.';
const LABEL_COLUMNS = 12;
const MS_PER_DAY = 86_400_000;

/** What follows the line that says that everything is ready, for whoever reads the output of a program. */
export function plainLines({ running, ...options }: Pick<Welcome, 'running'> & ReadingOptions): readonly string[] {
  const grpc = running.grpcUrl === undefined ? [] : [`OTLP/gRPC on ${running.grpcUrl}`];
  return [...grpc, whoMaySend(options.keys.length), whoMayRead(options)];
}

/** What a person wants to know first, after the line that says that everything is ready. */
export function welcomeLines(welcome: Welcome, width: number): readonly string[] {
  const { running, config, configFile, dataDir } = welcome;
  const entries: readonly (readonly [string, string])[] = [
    ['page', `${pageUrl(running.url)} in a browser ("tailgate open" opens it)`],
    [
      'send to',
      `${running.url} (OTLP/HTTP)${running.grpcUrl === undefined ? '' : ` or ${running.grpcUrl} (OTLP/gRPC)`}`,
    ],
    ['keys', whoMaySend(welcome.keys.length)],
    ['', whoMayRead(welcome)],
    ['data', resolve(dataDir)],
    ['', howLong(welcome.retentionMs)],
    ['policies', configFile],
  ];
  const summary = summaryLines(summarizeConfig(config), MAX_POLICIES);
  return [
    '',
    ...entries.flatMap(([label, text]) => entry(label, text, width)),
    ...hang(summary, width),
    '',
    WHAT_COMES,
    '',
  ].map(escapeForTerminal);
}

function entry(label: string, text: string, width: number): readonly string[] {
  const lines = wrapText(text, width - LABEL_COLUMNS).split('\n');
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL_COLUMNS - 2)}${line}`);
}

/** Lines that are too long go on below, further in than they begin. */
function hang(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => {
    if (line.length <= width) return [line];
    const [, name = '', text = ''] = /^(\s*\S+\s\s+)(.*)$/.exec(line) ?? ['', '', line];
    const margin = Math.min(name.length, width / 2);
    const [first = '', ...more] = wrapText(text, width - name.length).split('\n');
    return [name + first, ...more.map((each) => ' '.repeat(margin) + each)];
  });
}

function howLong(retentionMs: number | undefined): string {
  if (retentionMs === undefined)
    return 'kept traces stay until you delete them; --retention 7d deletes those of more than a week';
  return `kept traces stay for ${counted(retentionMs / MS_PER_DAY, 'day')}`;
}

/**
 * Printed at each start, so that no one relies on a key that never arrived: npm keeps options to itself that precede the `--`.
 */
function whoMaySend(keys: number): string {
  if (keys === 0)
    return 'accepts spans from anyone who can connect; --ingest-key KEY accepts only those that carry the key';
  return `accepts spans only with ${keys === 1 ? 'the ingest key' : `one of ${keys} ingest keys`}`;
}

/** The same of those who look at kept traces. */
function whoMayRead(options: ReadingOptions): string {
  const { readKeys = [] } = options;
  if (readKeys.length > 0)
    return `shows kept traces only with ${readKeys.length === 1 ? 'the read key' : `one of ${readKeys.length} read keys`}`;
  if (isOpenToReaders(options))
    return 'shows kept traces to anyone who can connect; --read-key KEY shows them only to those who have the key';
  return 'shows kept traces to nobody, because other machines can connect: --read-key KEY shows them to those who have the key';
}
