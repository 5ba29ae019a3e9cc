import { defineCommand } from '../../terminal/define-command.ts';
import { flag, text, wholeNumber } from '../../terminal/option.ts';
import { atMostOneOf, data, stack } from './options.ts';

export const redrive = defineCommand({
  name: 'redrive',
  summary: 'move dead letters back to the wake-up queue',
  description:
    'Moves dead letters back to the wake-up queue, where each gets all its attempts again: those of the local data folder, also ' +
    'while Tailgate runs on it, or, with --stack, those of a deployed pipeline. --dry-run lists their traces and why each was set ' +
    'aside. A wake-up is sent before its dead letter is deleted: you can stop or kill it at any point without loss, and run it twice or several times at once; nothing is kept twice. ' +
    'Wake-ups whose spans have left the buffer stay where they are: there is nothing left to decide. Find out first why the ' +
    'messages were dead-lettered: docs/operations.md.',
  options: {
    data,
    stack,
    queue: text({ placeholder: 'URL', help: 'instead of --stack: the wake-up queue, with --dead-letters' }),
    deadLetters: text({ placeholder: 'URL', help: 'the dead-letter queue, with --queue' }),
    dryRun: flag({ help: 'read the dead letters and list their traces, without moving them' }),
    discardExpired: flag({ help: 'delete wake-ups whose spans have left the buffer' }),
    max: wholeNumber({ min: 1, help: 'stop after this many' }),
  },
  examples: [
    ['tailgate redrive --dry-run', 'which traces were set aside on this machine, and why?'],
    ['tailgate redrive --stack Tailgate --dry-run', 'what would be moved?'],
    ['tailgate redrive --stack Tailgate', 'move them all'],
  ],
  exits: {
    0: 'everything is moved, or as much as --max allows',
    1: 'a message was left behind, or a call failed',
  },
  check({ queue, deadLetters }, isGiven) {
    if (isGiven('queue') !== isGiven('deadLetters')) return ['expected --queue and --dead-letters, or neither'];
    if (isGiven('queue') && queue === deadLetters) return ['--queue and --dead-letters are the same queue'];
    return atMostOneOf(isGiven, ['data', 'stack', 'queue']);
  },
  load: async () => (await import('../redrive.ts')).runRedrive,
});
