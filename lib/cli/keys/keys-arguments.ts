import { parseArgs } from 'node:util';
import { assertTenantName } from '../../archive/layout.ts';
import { isKeyId } from '../../aws/ssm/ingest-keys.ts';

export const KEYS_USAGE = `Usage: npm run keys -- create|list|revoke ID --stack NAME

The ingest keys of a deployed pipeline. Running functions take a new key at once, or within ten seconds, and refuse a
revoked one after a minute or two. To change a key without losing spans: create, set it in the exporters, revoke the old one.

  create          makes a key and prints it, once: only its SHA-256 is stored
  list            lists the keys by ID
  revoke ID       deletes a key

  --stack NAME    the deployed stack
  --path PATH     instead of it: the SSM path of the keys, e.g. /tailgate/shop/keys
  --tenant NAME   create: whose spans are sent with the key, in a pipeline with tenants
  --note TEXT     create: what the key is for
  --help          this text`;

export type KeysArguments = { readonly action: 'help' } | KeysCommand;

export type KeysCommand = {
  readonly target: { readonly stack: string } | { readonly path: string };
} & (
  | { readonly action: 'create'; readonly tenant: string | undefined; readonly note: string | undefined }
  | { readonly action: 'list' }
  | { readonly action: 'revoke'; readonly id: string }
);

const MAX_NOTE_LENGTH = 200;

/** @throws {Error} with one line that says what is wrong */
export function parseKeysArguments(argv: readonly string[]): KeysArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      path: { type: 'string' },
      tenant: { type: 'string' },
      note: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return { action: 'help' };
  const { tenant, note } = values;
  const [action, id, ...more] = positionals;
  if (action !== 'create' && action !== 'list' && action !== 'revoke') {
    throw new Error(`expected create, list or revoke, got ${action === undefined ? 'nothing' : `"${action}"`}`);
  }
  const tooMuch = action === 'revoke' ? more[0] : id;
  if (tooMuch !== undefined) throw new Error(`${action}: "${tooMuch}" is too much`);
  if (action !== 'create' && (tenant ?? note) !== undefined) throw new Error('--tenant and --note belong to create');
  const target = targetOf(values);
  if (action === 'list') return { action, target };
  if (action === 'revoke') {
    if (id === undefined || !isKeyId(id)) {
      throw new Error(
        `revoke: expected the ID of a key, eight letters and digits as "list" shows them, got "${id ?? ''}"`,
      );
    }
    return { action, target, id };
  }
  if (tenant !== undefined) assertTenantName(tenant);
  if ((note?.length ?? 0) > MAX_NOTE_LENGTH) throw new Error(`--note is longer than ${MAX_NOTE_LENGTH} characters`);
  return { action, target, tenant, note };
}

function targetOf({ stack, path }: { stack?: string; path?: string }): KeysCommand['target'] {
  if (stack !== undefined && path === undefined) return { stack };
  if (path === undefined || stack !== undefined) throw new Error('expected either --stack NAME or --path PATH');
  if (/^(\/[\w.-]+)+$/.test(path)) return { path };
  throw new Error(`--path is "${path}": expected an SSM path, e.g. /tailgate/shop/keys`);
}
