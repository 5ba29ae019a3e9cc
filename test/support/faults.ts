/** What happens to one call instead of the usual: it may proceed, with the same or another input, and answer or throw. */
export type Fault = (call: Call) => Promise<object>;

interface Call {
  readonly input: Readonly<Record<string, unknown>>;
  proceed(input?: object): Promise<object>;
}

interface Args {
  readonly input: Readonly<Record<string, unknown>>;
}

type Handler = (args: { readonly input: object }) => Promise<{ readonly output: object; readonly response: unknown }>;

interface Stack {
  add(
    middleware: (next: Handler, context: { readonly commandName?: string }) => (args: Args) => ReturnType<Handler>,
    options: { readonly step: 'initialize' },
  ): void;
}

/** A client of the SDK. Names of its calls are those of commands: `PutItemCommand`. */
interface SdkClient {
  readonly middlewareStack: unknown;
}

/** Names of calls are those of operations: `PutItem`. */
interface Calls {
  call: unknown;
}

/**
 * Makes calls of a client go wrong: the first call of this name meets the first fault, and so on. `Infinity` times
 * the last one when `forever` is set. Later calls proceed. Returns the log of all calls, by name.
 */
export function injectFaults(
  client: SdkClient | Calls,
  faultyName: string,
  faults: readonly Fault[],
  { forever = false } = {},
): readonly string[] {
  const names: string[] = [];
  let next = 0;
  const through = async (name: string, { input, proceed }: Call): Promise<object> => {
    names.push(name);
    if (name !== faultyName) return proceed();
    const fault = faults[forever ? Math.min(next, faults.length - 1) : next];
    next += 1;
    return fault === undefined ? proceed() : fault({ input, proceed });
  };
  if ('middlewareStack' in client) {
    (client.middlewareStack as Stack).add(
      (handler, { commandName = '' }) =>
        async (args) => {
          const proceed = async (input: object = args.input) => (await handler({ ...args, input })).output;
          return { output: await through(commandName, { input: args.input, proceed }), response: {} };
        },
      { step: 'initialize' },
    );
  } else {
    if (faultyName.endsWith('Command')) throw new Error(`${faultyName}: here calls have the names of operations`);
    const usual = client.call as (operation: string, input: object) => Promise<object>;
    client.call = (operation: string, input: Call['input']) => {
      const proceed = (changed: object = input) => usual.call(client, operation, changed);
      return through(operation, { input, proceed });
    };
  }
  return names;
}

/** The service refuses, and has done nothing. */
export function refuse(name: string, httpStatusCode: number): Fault {
  return async () => {
    throw serviceError(name, httpStatusCode);
  };
}

/** The service does its work, but the answer gets lost. */
export const loseAnswer: Fault = async ({ proceed }) => {
  await proceed();
  throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
};

/** The request does not arrive. */
export const loseRequest: Fault = async () => {
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
};

export function serviceError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`injected ${name}`), { name, $metadata: { httpStatusCode } });
}
