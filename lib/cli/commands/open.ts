import { defineCommand } from '../../terminal/define-command.ts';
import { wholeNumber } from '../../terminal/option.ts';
import { atMostOneOf, data, stack } from './options.ts';

export const open = defineCommand({
  name: 'open',
  summary: 'open the page with the kept traces in a browser',
  description:
    'Prints the address of the page with the kept traces, and opens it in a browser if there is one: that of the Tailgate that runs on ' +
    'the data folder (of the default one also: on port 4318); with --port, on that port; with --stack, that of a deployed pipeline.',
  options: {
    data,
    port: wholeNumber({ min: 1, max: 65_535, help: 'the Tailgate on this port of this machine' }),
    stack,
  },
  examples: [
    ['tailgate open', 'the Tailgate that runs on .tailgate'],
    ['tailgate open --data .tailgate-demo', 'the one that runs on the data folder of the demo'],
  ],
  exits: { 0: 'the address is printed', 1: 'no Tailgate runs there, or the stack has no page' },
  check: (_, isGiven) => atMostOneOf(isGiven, ['data', 'port', 'stack']),
  load: async () => (await import('../open.ts')).runOpen,
});
