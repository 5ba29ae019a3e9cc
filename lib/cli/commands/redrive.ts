import { defineCommand } from '../../terminal/define-command.ts';
import { flag, text, wholeNumber } from '../../terminal/option.ts';
import { stack } from './options.ts';

export const redrive = defineCommand({
  name: 'redrive',
  summary: 'move dead letters back to the wake-up queue',
  description:
    'Moves dead letters back to the wake-up queue, where each gets all its attempts again. A wake-up is sent before its dead ' +
    'letter is deleted: you can stop or kill it at any point without loss, and run it twice or several times at once; nothing is kept twice. ' +
    'Wake-ups whose spans have left the buffer stay where they are: there is nothing left to decide. Find out first why the ' +
    'messages were dead-lettered: docs/operations.md.',
  options: {
    stack,
    queue: text({ placeholder: 'URL', help: 'instead of --stack: the wake-up queue, with --dead-letters' }),
    deadLetters: text({ placeholder: 'URL', help: 'the dead-letter queue, with --queue' }),
    dryRun: flag({ help: 'read the dead letters and report what would be moved, without moving them' }),
    discardExpired: flag({ help: 'delete wake-ups whose spans have left the buffer' }),
    max: wholeNumber({ min: 1, help: 'stop after this many' }),
  },
  examples: [
    ['tailgate redrive --stack Tailgate --dry-run', 'what would be moved?'],
    ['tailgate redrive --stack Tailgate', 'move them all'],
  ],
  exits: {
    0: 'everything is moved, or as much as --max allows',
    1: 'a message was left behind, or a call failed',
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
