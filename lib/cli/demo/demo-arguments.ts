import { parseArgs } from 'node:util';

export const DEFAULT_DEMO_DATA = '.tailgate-demo';

export const DEMO_USAGE = `Usage: npm run demo [-- --traces 300 --seed 1 --port 0 --data <folder>]

Starts Tailgate, sends it the traces of a checkout system, and shows which were kept and why.

  --traces <n>     how many traces to send, 25 to 10000 (default: 300)
  --seed <n>       the same number makes the same traces (default: 1)
  --port <n>       port to listen on (default: any free one)
  --data <folder>  where to keep the data: an empty or new folder (default: ${DEFAULT_DEMO_DATA}, cleared first)
  --help           this text
`;

/** The command line is not usable; the message is all that the person needs. */
export class DemoUsageError extends Error {
  override readonly name = 'DemoUsageError';
}

export interface DemoArguments {
  readonly traceCount: number;
  readonly seed: number;
  readonly port: number;
  /** Undefined: the default folder, which may be cleared. */
  readonly dataDir: string | undefined;
}

/** @returns undefined when help was asked for @throws {DemoUsageError} */
export function parseDemoArguments(argv: readonly string[]): DemoArguments | undefined {
  const values = parse(argv);
  if (values.help) {
    return undefined;
  }
  return {
    traceCount: wholeNumber('--traces', values.traces, 25, 10_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    port: wholeNumber('--port', values.port, 0, 65_535),
    dataDir: values.data,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        traces: { type: 'string', default: '300' },
        seed: { type: 'string', default: '1' },
        port: { type: 'string', default: '0' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) {
      throw new DemoUsageError(`${error.message}\n\n${DEMO_USAGE}`, { cause: error });
    }
    throw error;
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw new DemoUsageError(`${flag} is "${text}": expected a whole number from ${min} to ${max}`);
  }
  return number;
}
