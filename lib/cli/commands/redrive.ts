import { defineCommand } from '../../terminal/define-command.ts';
import { flag, text, wholeNumber } from '../../terminal/option.ts';
import { stack } from './options.ts';

export const redrive = defineCommand({
  name: 'redrive',
  summary: 'move dead letters back to the wake-up queue',
  description:
    'Moves dead letters back to the wake-up queue, each with all its attempts before it. A wake-up is sent before its dead ' +
    'letter is deleted: stopping at any point loses nothing, and running it twice keeps nothing twice. Find out first why ' +
    'they died: docs/operations.md.',
  options: {
    stack,
    queue: text({ placeholder: 'URL', help: 'instead of --stack: the wake-up queue, with --dead-letters' }),
    deadLetters: text({ placeholder: 'URL', help: 'the dead-letter queue, with --queue' }),
    dryRun: flag({ help: 'read the dead letters, say what would be moved, and leave them where they are' }),
    max: wholeNumber({ min: 1, help: 'stop after this many' }),
  },
  examples: [
    ['tailgate redrive --stack Tailgate --dry-run', 'what would be moved?'],
    ['tailgate redrive --stack Tailgate', 'move them all'],
  ],
  exits: {
    0: 'all that was asked for is moved',
    1: 'something is left, or failed',
  },
  check({ queue, deadLetters }, isGiven) {
    const isPair = isGiven('queue') && isGiven('deadLetters');
    const isHalf = isGiven('queue') !== isGiven('deadLetters');
    if (isHalf || isPair === isGiven('stack')) {
      return ['expected either --stack NAME, or both --queue URL and --dead-letters URL'];
    }
    return isPair && queue === deadLetters ? ['--queue and --dead-letters are the same queue'] : [];
  },
  load: async () => (await import('../redrive.ts')).runRedrive,
});
