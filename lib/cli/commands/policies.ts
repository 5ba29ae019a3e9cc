import { defineCommand } from '../../terminal/define-command.ts';
import { file, text, wholeNumber } from '../../terminal/option.ts';
import { exactlyOneOf, stack } from './options.ts';

export const policies = defineCommand({
  name: 'policies',
  summary: 'show or change the policies of a deployed pipeline',
  description:
    'Shows or changes the policies of a deployed pipeline. Running functions apply a new version within a minute, also to ' +
    'traces that are already waiting.',
  options: {
    stack,
    parameter: text({ placeholder: 'NAME', help: 'instead of --stack: the SSM parameter itself' }),
  },
  subcommands: {
    show: {
      summary: 'print the newest version',
      options: { version: wholeNumber({ min: 1, help: 'an earlier version instead of the newest' }) },
    },
    put: {
      summary: 'check a file as "tailgate validate" does, and store it as the next version',
      positionals: { file: file({ required: true, help: 'the file to store; - is standard input' }) },
    },
    history: { summary: 'list the versions that are kept (100 at most)' },
  },
  examples: [
    ['tailgate policies put tailgate.yaml --stack Tailgate', 'apply this file within a minute'],
    ['tailgate policies show --version 3 --stack Tailgate > old.yaml', 'save version 3; "put old.yaml" returns to it'],
  ],
  check: (_, isGiven) => exactlyOneOf(isGiven, ['stack', 'parameter']),
  load: async () => (await import('../policies.ts')).runPolicies,
});
