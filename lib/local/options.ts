import { parseArgs } from 'node:util';

export interface CommandLineOptions {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly configFile: string;
  /** Ingest keys. If there are none, every request is accepted. */
  readonly keys: readonly string[];
  readonly verbose: boolean;
}

export const USAGE = `Usage: npm start [-- options]

  --port 4318              OTLP/HTTP port; 0 takes a free one
  --host 127.0.0.1         address to listen on: without this, only this machine can send
  --data .tailgate         folder of the span buffer, the queue and the kept traces
  --config tailgate.yaml   tail_sampling policies: a Collector file, or just the block
  --key KEY                ingest key that requests must send (repeatable; none: all are accepted)
  --verbose                also log each export request
  --help                   show this`;

/** The command line is wrong. The message is one line for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns undefined if help is requested @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLineOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new UsageError(`--port is "${values.port}": expected a whole number from 0 to 65535`);
  }
  // Node takes an empty address for "all addresses".
  if (values.host === '') throw new UsageError('--host is empty: expected an address of this machine');
  if (values.key.includes('')) throw new UsageError('--key is empty: expected the key that requests must send');
  return {
    host: values.host,
    port,
    dataDir: values.data,
    configFile: values.config,
    keys: values.key,
    verbose: values.verbose,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4318' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: '.tailgate' },
        config: { type: 'string', default: 'tailgate.yaml' },
        key: { type: 'string', multiple: true, default: [] },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UsageError(`${reason}; --help shows the options`, { cause: error });
  }
}
