import { parseArgs } from 'node:util';

export const POLICIES_USAGE = `Usage: npm run policies -- show|put FILE|history --stack NAME

The policies that a deployed pipeline decides by. Running functions take up a new version within a minute; traces that
are waiting then are decided by it.

  show              prints the newest version
  put FILE          checks a file as "npm run validate" does and stores it as the next version; - is the standard input
  history           lists the versions that are kept (100 at most)

  --stack NAME      the deployed stack
  --parameter NAME  instead of it: the SSM parameter itself
  --version N       show: this version instead; "show --version 3 > old.yaml" and "put old.yaml" go back to it
  --help            this text`;

export type PoliciesArguments = { readonly action: 'help' } | PoliciesCommand;

export interface PoliciesCommand {
  readonly action: 'show' | 'put' | 'history';
  /** Of put. */
  readonly file: string;
  readonly target: { readonly stack: string } | { readonly parameter: string };
  readonly version: number | undefined;
}

/** @throws {Error} with one line that says what is wrong */
export function parsePoliciesArguments(argv: readonly string[]): PoliciesArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      parameter: { type: 'string' },
      version: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return { action: 'help' };
  const [action, file, ...more] = positionals;
  if (action !== 'show' && action !== 'put' && action !== 'history') {
    throw new Error(`expected show, put or history, got ${action === undefined ? 'nothing' : `"${action}"`}`);
  }
  const tooMuch = action === 'put' ? more[0] : file;
  if (tooMuch !== undefined) throw new Error(`${action}: "${tooMuch}" is too much`);
  if (action === 'put' && file === undefined) throw new Error('put: expected the file to store');
  if (values.version !== undefined && (action !== 'show' || !/^[1-9]\d*$/.test(values.version))) {
    throw new Error(`--version is "${values.version}": expected a whole number from 1, with show`);
  }
  return {
    action,
    file: file ?? '',
    target: targetOf(values),
    version: values.version === undefined ? undefined : Number(values.version),
  };
}

function targetOf({ stack, parameter }: { stack?: string; parameter?: string }): PoliciesCommand['target'] {
  if (stack !== undefined && parameter === undefined) return { stack };
  if (parameter !== undefined && stack === undefined) return { parameter };
  throw new Error('expected either --stack NAME or --parameter NAME');
}
