import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { MS_PER_DAY, MS_PER_HOUR } from '../archive/hours.ts';
import { createSsmClient } from '../aws/clients.ts';
import { createIngestKey, hashKey } from '../aws/ssm/ingest-key.ts';
import { KeyParameters } from '../aws/ssm/ingest-keys.ts';
import { decodeKeyEntry, type KeyEntry, MalformedKeyEntryError } from '../aws/ssm/key-entry.ts';
import { SystemClock } from '../aws/system.ts';
import type { Clock } from '../pipeline/ports.ts';
import { CommandError, type ExitCode } from '../terminal/errors.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { createCloudFormationClient, readStackOutputs } from './stack.ts';

export type KeysInput = {
  /** Exactly one of the two is given. */
  readonly stack: string | undefined;
  /** SSM path of the keys. */
  readonly path: string | undefined;
  /** Whether they are read keys. @default ingest keys */
  readonly read?: boolean;
} & (
  | { readonly subcommand: 'create'; readonly tenant: string | undefined; readonly note: string | undefined }
  | { readonly subcommand: 'list' }
  | { readonly subcommand: 'revoke'; readonly id: string }
);

export interface KeysDeps {
  readonly ssm: SSMClient;
  readonly cloudFormation: CloudFormationClient;
  readonly clock: Clock;
}

/** In the account and region of the shell. */
function accountOfTheShell(): KeysDeps {
  return { ssm: createSsmClient(), cloudFormation: createCloudFormationClient(), clock: new SystemClock() };
}

/** Creates, lists or revokes ingest keys, or read keys. */
export async function runKeys(input: KeysInput, terminal: Terminal, deps = accountOfTheShell()): Promise<ExitCode> {
  const { path, url } = await locate(input, deps);
  if (path === 'none') {
    throw new CommandError(
      'this pipeline takes spans without a key (allowUnauthenticated): take that out and deploy before you create keys',
    );
  }
  const keys = new KeyParameters({ client: deps.ssm, path, clock: deps.clock });
  const nowMs = deps.clock.now();
  switch (input.subcommand) {
    case 'create':
      await createKey(keys, { ...input, url }, nowMs, terminal);
      return 0;
    case 'list':
      await listKeys(keys, nowMs, terminal);
      return 0;
    case 'revoke':
      if (!(await keys.remove(input.id))) {
        throw new CommandError(`there is no key ${input.id} under ${path}; "list" shows those that exist`);
      }
      terminal.print(`revoked ${input.id}: running functions refuse it after a minute or two`);
      return 0;
  }
}

/** Where the keys are, and the URL that they are for, where that is known. */
async function locate({ stack, path = '', read }: KeysInput, { cloudFormation }: KeysDeps) {
  if (stack === undefined) return { path, url: undefined };
  const [pathOutput, urlOutput] = read ? (['ReadKeysPath', 'ReadUrl'] as const) : (['KeysPath', 'IngestUrl'] as const);
  const outputs = await readStackOutputs(cloudFormation, stack, [pathOutput, urlOutput]);
  return { path: outputs[pathOutput], url: outputs[urlOutput].replace(/\/+$/, '') };
}

interface NewKey {
  readonly tenant: string | undefined;
  readonly note: string | undefined;
  /** Where it is for; undefined when that is not known. */
  readonly url: string | undefined;
  readonly read?: boolean;
}

/** Makes a key, stores its hash, and prints it for the one and only time. */
async function createKey(keys: KeyParameters, wanted: NewKey, nowMs: number, terminal: Terminal): Promise<void> {
  const { tenant, note, url, read = false } = wanted;
  await warnOfMixture(keys, tenant, terminal);
  const { id, key } = createIngestKey();
  await keys.create(id, {
    hash: hashKey(key),
    ...(tenant !== undefined && { tenant }),
    createdAt: new Date(nowMs).toISOString(),
    ...(note !== undefined && { note }),
  });
  const whose = `${id}${tenant === undefined ? '' : ` of tenant ${tenant}`}`;
  if (read) {
    const where = url === undefined ? 'for the page' : `for ${url}`;
    terminal.complain(`read key ${whose}, shown this once; ${where}, which asks for it, or in the header x-api-key:\n`);
    terminal.print(key);
    return;
  }
  terminal.complain(`key ${whose}, shown this once; for exporters:\n`);
  if (url !== undefined) terminal.print(`export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${url}/v1/traces`);
  terminal.print(`export OTEL_EXPORTER_OTLP_TRACES_HEADERS=x-api-key=${key}`);
}

/** A pipeline either keeps tenants apart or not; its functions skip keys of the other kind. */
async function warnOfMixture(keys: KeyParameters, tenant: string | undefined, terminal: Terminal): Promise<void> {
  const others = (await readEntries(keys)).flatMap(({ entry }) => entry ?? []);
  if (tenant === undefined && others.some((entry) => entry.tenant !== undefined)) {
    terminal.complain(
      'warning: other keys have a tenant; a pipeline with tenants refuses keys without one: add --tenant',
    );
  }
  if (tenant !== undefined && others.some((entry) => entry.tenant === undefined)) {
    terminal.complain('warning: other keys have no tenant; a pipeline without tenants refuses keys that have one');
  }
}

/** Prints a line for each key, oldest first. */
async function listKeys(keys: KeyParameters, nowMs: number, terminal: Terminal): Promise<void> {
  const entries = await readEntries(keys);
  if (entries.length === 0) {
    terminal.complain(`there are no keys under ${keys.path}: everything is refused until you "create" one`);
    return;
  }
  const rows = entries
    .toSorted((a, b) => (a.entry?.createdAt ?? '').localeCompare(b.entry?.createdAt ?? ''))
    .map(({ id, entry, problem }) =>
      entry === undefined
        ? [id, '-', '-', `not usable: ${problem}`]
        : [id, entry.tenant ?? '-', age(entry.createdAt, nowMs), entry.note ?? ''],
    );
  for (const line of alignedLines([['ID', 'TENANT', 'AGE', 'NOTE'], ...rows])) terminal.print(line);
}

interface ReadEntry {
  readonly id: string;
  /** Undefined when it cannot be used. */
  readonly entry: KeyEntry | undefined;
  /** Why it cannot be used. */
  readonly problem: string;
}

async function readEntries(keys: KeyParameters): Promise<readonly ReadEntry[]> {
  return (await keys.list()).map(({ id, value }) => {
    try {
      return { id, entry: decodeKeyEntry(value), problem: '' };
    } catch (error) {
      if (!(error instanceof MalformedKeyEntryError)) throw error;
      return { id, entry: undefined, problem: error.message };
    }
  });
}

function age(createdAt: string | undefined, nowMs: number): string {
  const ms = nowMs - Date.parse(createdAt ?? '');
  if (Number.isNaN(ms)) return '-';
  return ms < 2 * MS_PER_DAY ? `${Math.floor(ms / MS_PER_HOUR)} h` : `${Math.floor(ms / MS_PER_DAY)} d`;
}

/** Not cut to the terminal, as tables are: notes and problems are for reading, and lines for `grep`. */
function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(escapeForTerminal));
  const widthOf = (column: number) => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widthOf(column)))
      .join('  ')
      .trimEnd(),
  );
}
