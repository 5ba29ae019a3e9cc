import { defineCommand } from '../../terminal/define-command.ts';
import { flag, text } from '../../terminal/option.ts';
import { atMostOneOf, data, TIME_PARAGRAPH, time } from './options.ts';

export const compact = defineCommand({
  name: 'compact',
  summary: 'copy kept traces to Parquet, which queries read faster',
  description:
    'Copies kept traces to Parquet, which queries then read instead of the lines: they read less and answer faster. The lines ' +
    'stay. You can stop it at any point without loss, and a second run copies nothing twice: docs/compaction.md.\n\n' +
    `${TIME_PARAGRAPH} Hours are copied whole.`,
  options: {
    data,
    stack: text({
      placeholder: 'NAME',
      help: 'a stack that is deployed with compaction: makes one run, as its function does each hour',
    }),
    from: time({
      help: 'first hour to copy; for a stack, where its very first run begins (default there: a day back)',
    }),
    to: time({ help: 'hour after the last one to copy; without it, every hour that ended at least an hour ago' }),
    dryRun: flag({ help: 'say what would be copied' }),
  },
  examples: [
    ['tailgate compact --dry-run', 'what is in no Parquet file yet?'],
    ['tailgate compact --stack Tailgate', 'one run on a deployed stack'],
  ],
  exits: { 0: 'everything is copied', 1: 'an object could not be copied, or the run failed' },
  check: (_, isGiven) => [
    ...atMostOneOf(isGiven, ['stack', 'data']),
    ...(isGiven('stack') && isGiven('to')
      ? ['--to is not for a stack: its hours are compacted one after the other, up to the last that settled']
      : []),
  ],
  load: async () => (await import('../compact/run-compact.ts')).runCompact,
});
