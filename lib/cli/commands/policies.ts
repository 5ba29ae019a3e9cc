import { defineCommand } from '../../terminal/define-command.ts';
import { file, text, wholeNumber } from '../../terminal/option.ts';
import { exactlyOneOf, stack } from './options.ts';

export const policies = defineCommand({
  name: 'policies',
  summary: 'show or change the policies of a deployed pipeline',
  description:
    'The policies that a deployed pipeline decides by. Running functions take up a new version within a minute; traces that ' +
    'are waiting then are decided by it.',
  options: {
    stack,
    parameter: text({ placeholder: 'NAME', help: 'instead of --stack: the SSM parameter itself' }),
  },
  subcommands: {
    show: {
      summary: 'print the newest version',
      options: { version: wholeNumber({ min: 1, help: 'this version instead' }) },
    },
    put: {
      summary: 'check a file as "tailgate validate" does, and store it as the next version',
      positionals: { file: file({ required: true, help: 'the file to store; - is standard input' }) },
    },
    history: { summary: 'list the versions that are kept (100 at most)' },
  },
  examples: [
    ['tailgate policies put tailgate.yaml --stack Tailgate', 'decide by this file from the next minute on'],
    ['tailgate policies show --version 3 --stack Tailgate > old.yaml', 'and "put old.yaml" goes back to version 3'],
  ],
  check: (_, isGiven) => exactlyOneOf(isGiven, ['stack', 'parameter']),
  load: async () => (await import('../policies.ts')).runPolicies,
});
