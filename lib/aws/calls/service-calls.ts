/** What an operation takes and gives, in the shapes that the SDK's types give them. */
export interface Operation {
  readonly input: object;
  readonly output: object;
}

/**
 * Calls of one service. One method for all operations, so that whatever concerns every call (metrics, counts, faults of a test)
 * is one function around it. The adapters do not know whether the SDK's client or ours is behind it.
 *
 * A call is one attempt: `retry.ts` makes further ones. It rejects with an error that `retry.ts` can judge: by its name and
 * status when the service refused, by its code when the network failed.
 *
 * @typeParam Offered the operations by name
 */
export interface ServiceCalls<Offered extends Readonly<Record<keyof Offered, Operation>>> {
  call<Name extends keyof Offered & string>(
    operation: Name,
    input: Offered[Name]['input'],
  ): Promise<Offered[Name]['output']>;
}

/** Whether a service refused with this error, e.g. `ConditionalCheckFailedException`. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
