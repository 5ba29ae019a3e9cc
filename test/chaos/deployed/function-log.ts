import { readFileSync } from 'node:fs';
import { listCounts } from '../system.ts';
import { countTroubles } from '../troubles.ts';

/** What decide has counted: that the faults have reached what they were meant for. */
const COUNTED = ['fenced', 'continued', 'deferred', 'deadLettered', 'rescued', 'lateSpans'] as const;
/** The timeout of decide was raised so that a pause outlives its claims. */
const EXPECTED = '"function timeout is too long"';
const MAX_TROUBLES = 30;

/** What the log of the engine tells of it and of the functions, as lines of the report. */
export function readFunctionLog(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const ofDecide = lines.filter((line) => line.startsWith('{"level":') && !line.includes(EXPECTED));
  const sums = new Map<string, number>(COUNTED.map((name) => [name, 0]));
  for (const line of ofDecide) {
    if (!line.includes('"message":"decision batch"')) continue;
    const entry = entryOf(line);
    for (const name of COUNTED) sums.set(name, (sums.get(name) ?? 0) + Number(entry[name] ?? 0));
  }
  const troubles = new Map<string, number>();
  const isTrouble = (line: string) => /^{"level":"(?:WARN|ERROR)"/.test(line);
  const ofPolicies = /"(?:byPolicy|votes)":\{[^}]*\},?/g;
  countTroubles(
    ofDecide.filter(isTrouble).map((line) => line.replace(ofPolicies, '')),
    troubles,
  );
  const most = [...troubles].sort(([, a], [, b]) => b - a).slice(0, MAX_TROUBLES);
  return [
    `decide counted: ${listCounts(sums)}`,
    `engine: ${lines.filter((line) => line.startsWith('Traceback ')).length} exceptions of its own in its log`,
    ...most.map(([text, count]) => `log of decide, ${count} times: ${text}`),
  ];
}

function entryOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line);
  } catch {
    // A process that was killed may have left half a line.
    return {};
  }
}
