import { defineCommand } from '../../terminal/define-command.ts';
import { flag, text } from '../../terminal/option.ts';
import { atMostOneOf, data, TIME_PARAGRAPH, time } from './options.ts';

export const compact = defineCommand({
  name: 'compact',
  summary: 'copy kept traces to Parquet, which queries read faster',
  description:
    'Copies kept traces to Parquet, which queries read instead of the lines: less to read, and faster. The lines stay as they ' +
    'are. Stopping at any point loses nothing, and running it twice copies nothing twice: docs/compaction.md.\n\n' +
    `${TIME_PARAGRAPH} Hours are copied whole.`,
  options: {
    data,
    stack: text({
      placeholder: 'NAME',
      help: 'the deployed stack, deployed with compaction: one run, as its function makes each hour',
    }),
    from: time({
      help: 'in the first hour; of a stack, where the first run of all begins (default there: a day back)',
    }),
    to: time({ help: 'in the hour after the last one; without it, all that ended an hour ago' }),
    dryRun: flag({ help: 'say what would be copied' }),
  },
  examples: [
    ['tailgate compact --dry-run', 'what is in no Parquet file yet?'],
    ['tailgate compact --stack Tailgate', 'of a deployed stack'],
  ],
  exits: { 0: 'everything is copied', 1: 'an object could not be copied, or something failed' },
  check: (_, isGiven) => [
    ...atMostOneOf(isGiven, ['stack', 'data']),
    ...(isGiven('stack') && isGiven('to')
      ? ['--to is not for a stack: its hours are compacted one after the other, up to the last that settled']
      : []),
  ],
  load: async () => (await import('../compact/run-compact.ts')).runCompact,
});
