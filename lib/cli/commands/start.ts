import { defineCommand } from '../../terminal/define-command.ts';
import { file, flag, folder, text, wholeNumber } from '../../terminal/option.ts';
import { DATA_FOLDER } from './options.ts';

export const start = defineCommand({
  name: 'start',
  summary: 'run the whole pipeline on this machine',
  description:
    'Runs the whole pipeline on this machine: takes OTLP over HTTP, decides, and keeps traces in a folder. Ctrl-C answers the ' +
    'requests under way and stops; what still waits for its decision waits on disk, and is decided after the next start.',
  options: {
    port: wholeNumber({ min: 0, max: 65_535, default: 4318, help: 'OTLP/HTTP port; 0 takes a free one' }),
    host: text({
      placeholder: 'ADDRESS',
      default: '127.0.0.1',
      help: 'address to listen on: with the default only this machine can send',
    }),
    data: folder({ default: DATA_FOLDER, help: 'folder of the span buffer, the queue and the kept traces' }),
    config: file({
      default: 'tailgate.yaml',
      help: 'tail_sampling policies: a Collector file, or just the block',
    }),
    ingestKey: text({
      placeholder: 'KEY',
      repeatable: true,
      help: 'key that requests must send; without one, spans are taken from everybody who can connect',
    }),
    logRequests: flag({ help: 'also log each export request' }),
  },
  former: { key: '--ingest-key', verbose: '--log-requests' },
  examples: [
    ['tailgate start --config examples/policies/by-service.yaml', 'with policies of your own'],
    ['tailgate start --host 0.0.0.0 --ingest-key "$SECRET"', 'for other machines, which must send a key'],
  ],
  exits: { 0: 'it was stopped, in good order', 1: 'it could not start' },
  load: async () => (await import('../start.ts')).runStart,
});
