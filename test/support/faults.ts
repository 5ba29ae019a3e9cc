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

/**
 * Makes calls of an SDK client go wrong: the first call of the command meets the first fault, and so on. `Infinity` times
 * the last one when `forever` is set. Later calls proceed. Returns the log of all calls, by command name.
 */
export function injectFaults(
  client: { readonly middlewareStack: unknown },
  commandName: string,
  faults: readonly Fault[],
  { forever = false } = {},
): readonly string[] {
  const calls: string[] = [];
  let next = 0;
  (client.middlewareStack as Stack).add(
    (handler, context) => async (args) => {
      const name = context.commandName ?? '';
      calls.push(name);
      if (name !== commandName) return handler(args);
      const fault = faults[forever ? Math.min(next, faults.length - 1) : next];
      next += 1;
      if (fault === undefined) return handler(args);
      const output = await fault({
        input: args.input,
        proceed: async (input = args.input) => (await handler({ ...args, input })).output,
      });
      return { output, response: {} };
    },
    { step: 'initialize' },
  );
  return calls;
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
