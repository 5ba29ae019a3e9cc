/**
 * Runs `task` for every input, at most `limit` at a time. After a failure it starts nothing new and waits for what is
 * running, so that no task outlives the call. Throws the first failure.
 */
export async function forEachBounded<Input>(
  inputs: readonly Input[],
  limit: number,
  task: (input: Input, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (failure === undefined && next < inputs.length) {
      const index = next;
      next += 1;
      try {
        await task(inputs[index] as Input, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
