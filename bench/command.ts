// How long a short command takes as a process of its own, against one that loads every command first, and against the
// command line of an earlier checkout when its folder is given: `npm run bench -- command:/path/to/clone`. They take turns,
// in the other direction each round; what the machine adds hits all alike.
import { spawnSync } from 'node:child_process';
import { PROGRAM } from '../lib/cli/program.ts';
import { median } from './table/rounds.ts';

const ROUNDS = 15;
const ARGV = ['validate', 'tailgate.yaml'];

interface Side {
  readonly name: string;
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const [program = '', entry = '', earlier] = process.argv;
if (earlier === 'load-all') {
  for (const command of PROGRAM.commands) await command.load();
  await import('../lib/cli/query/duckdb/ask.ts');
  process.argv = [program, entry, ...ARGV];
  await import('../lib/cli/main.ts');
} else compareSides(earlier);

function compareSides(checkout: string | undefined): void {
  // In that commit each command was a program of its own.
  const before = {
    name: 'validate of that checkout',
    argv: ['bin/run.mjs', 'lib/cli/validate/main.ts', 'tailgate.yaml'],
  };
  const sides: readonly Side[] = [
    { name: 'validate, with every command loaded', argv: [entry, 'load-all'] },
    ...(checkout === undefined ? [] : [{ ...before, cwd: checkout }]),
    {
      name: 'validate, nothing compiled before',
      argv: ['bin/tailgate.mjs', ...ARGV],
      env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    },
    { name: 'validate', argv: ['bin/tailgate.mjs', ...ARGV] },
    { name: '--help', argv: ['bin/tailgate.mjs', '--help'] },
  ];
  const times = sides.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    const order = [...sides.entries()];
    if (round % 2 !== 0) order.reverse();
    for (const [index, side] of order) {
      const ms = run(side);
      if (round >= 0) times[index]?.push(ms);
    }
  }
  console.log(`tailgate as a process (median of ${ROUNDS} starts, Node ${process.version})`);
  const base = times[0] ?? [];
  for (const [index, { name }] of sides.entries()) {
    const own = times[index] ?? [];
    const quicker = median(own.map((ms, round) => (base[round] ?? 0) / ms));
    console.log(
      `  ${name.padEnd(40)} ${median(own).toFixed(0).padStart(5)} ms  ${quicker.toFixed(2).padStart(6)}x as quick`,
    );
  }
}

/** Milliseconds until the process has ended. */
function run({ name, argv, cwd, env }: Side): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${name}: ended with ${status}: ${stderr}`);
  return performance.now() - start;
}
