import { execFile } from 'node:child_process';
import type { Mutation } from './mutations/mutation.ts';
import { MUTATIONS } from './mutations.ts';

export interface FindOptions {
  readonly seed: number;
  /** In which a mutation must be found. */
  readonly histories: number;
}

/** When a mutation was found, and by which broken promise. */
export interface Found {
  readonly histories: number;
  /** Missing: it was not found. */
  readonly kind?: string;
}

const AT_ONCE = 2;

/** Plays histories with each mutation, in processes of their own, and prints a table. Resolves to the exit code. */
export async function findMutations(options: FindOptions, mutations = MUTATIONS): Promise<number> {
  const waiting = [...mutations];
  let missed = 0;
  const width = Math.max(...mutations.map(({ name }) => name.length));
  const work = async () => {
    for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
      const { histories, kind } = await findMutation(mutation, options);
      if (kind === undefined) missed += 1;
      console.log(`${mutation.name.padEnd(width)}  ${String(histories).padStart(6)}  ${kind ?? 'NOT FOUND'}`);
    }
  };
  console.log(`${'mutation'.padEnd(width)}  found after histories, by broken promise`);
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(
    `${mutations.length - missed} of ${mutations.length} found within ${options.histories} histories from seed ${options.seed}`,
  );
  return missed === 0 ? 0 : 1;
}

/** @throws {Error} when the process neither found it nor played all histories, e.g. because it cannot be applied */
export function findMutation({ name }: Mutation, { seed, histories }: FindOptions): Promise<Found> {
  const main = new URL('main.ts', import.meta.url).pathname;
  const args = [main, '--mutation', name, '--seed', `${seed}`, '--histories', `${histories}`, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (_, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new Error(`mutation "${name}": ${stderr || stdout}`));
      }
    });
  });
}
