import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { KeyParameters } from '../../aws/ssm/ingest-keys.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { runCommand } from '../run-command.ts';
import { readStackOutputs } from '../stack.ts';
import { createKey } from './create-key.ts';
import { KEYS_USAGE, type KeysCommand, parseKeysArguments } from './keys-arguments.ts';
import { listKeys } from './list-keys.ts';

export interface KeysIo {
  readonly ssm: SSMClient;
  readonly cloudFormation: CloudFormationClient;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  /** For what is not the output itself. */
  readonly complain: (line: string) => void;
}

/** The command `keys`. Resolves to the exit code: 0, or 1 when it did not do what was asked. */
export function runKeys(argv: readonly string[], io: KeysIo): Promise<0 | 1> {
  return runCommand(argv, io, {
    usage: KEYS_USAGE,
    parse(given) {
      const args = parseKeysArguments(given);
      return args.action === 'help' ? undefined : args;
    },
    run: (command) => run(command, io),
  });
}

async function run(command: KeysCommand, io: KeysIo): Promise<0 | 1> {
  const { path, ingestUrl } = await locate(command.target, io);
  if (path === 'none') {
    io.complain(
      'error: this pipeline takes spans without a key (allowUnauthenticated): take that out and deploy first',
    );
    return 1;
  }
  const keys = new KeyParameters({ client: io.ssm, path, clock: io.clock });
  switch (command.action) {
    case 'create':
      await createKey(keys, { ...command, ingestUrl }, io);
      return 0;
    case 'list':
      await listKeys(keys, io);
      return 0;
    case 'revoke':
      if (await keys.remove(command.id)) {
        io.print(`revoked ${command.id}: running functions refuse it after a minute or two`);
        return 0;
      }
      io.complain(`error: there is no key ${command.id} under ${path}; "list" shows those that exist`);
      return 1;
  }
}

async function locate(target: KeysCommand['target'], { cloudFormation }: KeysIo) {
  if ('path' in target) return { path: target.path, ingestUrl: undefined };
  const outputs = await readStackOutputs(cloudFormation, target.stack, ['KeysPath', 'IngestUrl']);
  return { path: outputs.KeysPath, ingestUrl: outputs.IngestUrl.replace(/\/+$/, '') };
}
