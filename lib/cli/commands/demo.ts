import { defineCommand } from '../../terminal/define-command.ts';
import { folder, wholeNumber } from '../../terminal/option.ts';
import { DEMO_FOLDER } from './options.ts';

export const demo = defineCommand({
  name: 'demo',
  summary: 'send the traces of a made-up shop, and show which were kept and why',
  description:
    'Starts the pipeline on this machine, sends it the traces of a checkout system, and shows which were kept and why. Then ' +
    'it compares the kept traces with what the policies call for, span by span.',
  options: {
    traces: wholeNumber({ min: 25, max: 10_000, default: 300, help: 'traces to send' }),
    seed: wholeNumber({
      min: 0,
      max: 2 ** 32 - 1,
      default: 1,
      help: 'seed of the random traffic: the same number makes the same traces',
    }),
    port: wholeNumber({ min: 0, max: 65_535, default: 0, defaultText: 'any free one', help: 'port to listen on' }),
    data: folder({
      help: 'where to keep the data: an empty or new folder',
      defaultText: `${DEMO_FOLDER}, cleared first`,
    }),
  },
  examples: [
    ['tailgate demo', '300 traces, in about ten seconds'],
    ['tailgate demo --traces 2000 --seed 7', 'more traces, and different ones'],
  ],
  exits: { 0: 'exactly the right traces were kept', 1: 'they were not, or it could not start' },
  load: async () => (await import('../demo/run-demo.ts')).runDemo,
});
