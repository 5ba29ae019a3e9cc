import { isKeyId } from '../../aws/ssm/ingest-key.ts';
import { defineCommand } from '../../terminal/define-command.ts';
import { flag, parsed } from '../../terminal/option.ts';
import { exactlyOneOf, stack, tenant } from './options.ts';

const MAX_NOTE_LENGTH = 200;

export const keys = defineCommand({
  name: 'keys',
  summary: 'create, list or revoke the keys of a deployed pipeline',
  description:
    'Manages the keys of a deployed pipeline: ingest keys, with which exporters send, or with --read those that kept traces are read ' +
    'with. Neither is good for the other. Running functions accept a new key within ten seconds and refuse a ' +
    'revoked one after a minute or two. To replace a key without losing spans, create a new one, set it in the exporters, and ' +
    'then revoke the old one.',
  options: {
    stack,
    read: flag({ help: 'read keys, in place of ingest keys' }),
    path: parsed({
      placeholder: 'PATH',
      help: 'instead of --stack: the SSM path of the keys, such as /tailgate/shop/keys',
      read(path: string) {
        if (/^(\/[\w.-]+)+$/.test(path)) return path;
        throw new Error('expected an SSM path, such as /tailgate/shop/keys');
      },
    }),
  },
  subcommands: {
    create: {
      summary: 'create a key and print it this once: only its SHA-256 is stored',
      options: {
        tenant: tenant({ help: 'tenant that the key belongs to, in a pipeline with tenants' }),
        note: parsed({
          placeholder: 'TEXT',
          help: 'what the key is for',
          read(note: string) {
            if (note.length <= MAX_NOTE_LENGTH) return note;
            throw new Error(`expected at most ${MAX_NOTE_LENGTH} characters, got ${note.length}`);
          },
        }),
      },
    },
    list: { summary: 'list the keys by ID' },
    revoke: {
      summary: 'delete a key',
      positionals: {
        id: parsed({
          placeholder: 'ID',
          required: true,
          help: 'the ID of a key, as "list" shows it',
          read(id: string) {
            if (isKeyId(id)) return id;
            throw new Error('expected the ID of a key, eight letters and digits as "list" shows them');
          },
        }),
      },
    },
  },
  examples: [
    ['tailgate keys create --stack Tailgate --note "the shop"', 'a key for an exporter'],
    ['tailgate keys create --read --stack Tailgate --note "on call"', 'a key for the page of kept traces'],
    ['tailgate keys list --stack Tailgate', 'which keys are there, and how old are they?'],
  ],
  check: (_, isGiven) => exactlyOneOf(isGiven, ['stack', 'path']),
  load: async () => (await import('../keys.ts')).runKeys,
});
