import { readOrigin } from '../../local/cors.ts';
import { defineCommand } from '../../terminal/define-command.ts';
import { file, flag, folder, oneOf, parsed, text, wholeNumber } from '../../terminal/option.ts';
import { DATA_FOLDER, days, size } from './options.ts';

export const start = defineCommand({
  name: 'start',
  summary: 'run the whole pipeline on this machine',
  description:
    'Runs the whole pipeline on this machine: it receives OTLP over HTTP and gRPC, decides, and keeps traces in a folder. On Ctrl-C it ' +
    'answers the requests in progress and stops. Spans that still wait for a decision are on disk; the next start decides them. When ' +
    'decisions are more than a minute late, or the buffer is full, it answers 503 with Retry-After until it has caught up.',
  options: {
    port: wholeNumber({ min: 0, max: 65_535, default: 4318, help: 'OTLP/HTTP port; 0 picks a free one' }),
    grpcPort: parsed({
      placeholder: 'N|off',
      read: readGrpcPort,
      help: 'OTLP/gRPC port; 0 picks a free one, "off" opens none (default: one below --port: 4317)',
    }),
    host: text({
      placeholder: 'ADDRESS',
      default: '127.0.0.1',
      help: 'address to listen on; with the default, only this machine can send',
    }),
    data: folder({ default: DATA_FOLDER, help: 'folder of the span buffer and the kept traces' }),
    config: file({
      default: 'tailgate.yaml',
      help: 'tail_sampling policies: a Collector file, or just the block',
    }),
    ingestKey: text({
      placeholder: 'KEY',
      repeatable: true,
      help: 'key that requests must carry; without one, anyone who can connect can send',
    }),
    readKey: text({
      placeholder: 'KEY',
      repeatable: true,
      help:
        'key that requests for kept traces must carry; without one, anyone who can connect can read them, but other machines only ' +
        'while they can send without a key, too',
    }),
    maxBuffer: size({
      min: 16_000_000,
      default: 2_000_000_000,
      defaultText: '2GB',
      help:
        'most that the span buffer takes of the disk; while spans that wait for their decision fill it, requests are answered with 503, ' +
        'so that exporters send them again',
    }),
    retention: days({
      help: 'delete kept traces this long after they were written, such as 7d (default: they stay until you delete them)',
    }),
    reset: flag({
      help: 'first delete everything that Tailgate has written to the data folder, and nothing else; asks no questions',
    }),
    corsOrigin: parsed({
      placeholder: 'ORIGIN',
      repeatable: true,
      read: readOrigin,
      help: 'pages of this origin may send spans from a browser, such as http://localhost:3000 or http://localhost:*',
    }),
    log: oneOf({
      choices: ['text', 'json'],
      help: 'how it says what happens (default: text on a terminal, JSON lines elsewhere)',
    }),
    logRequests: flag({ help: 'log each export request as well' }),
  },
  former: { key: '--ingest-key', verbose: '--log-requests' },
  examples: [
    ['tailgate start --config examples/policies/by-service.yaml', 'with your own policies'],
    ['tailgate start --host 0.0.0.0 --ingest-key "$SECRET"', 'for other machines, which must send a key'],
    ['tailgate start --cors-origin "http://localhost:*"', 'for web pages in development on this machine'],
  ],
  exits: { 0: 'it was stopped and ended in good order', 1: 'it could not start' },
  load: async () => (await import('../start.ts')).runStart,
});

function readGrpcPort(given: string): number | 'off' {
  if (given === 'off') return given;
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new Error('expected a whole number from 0 to 65,535, or off');
}
