import { run } from './command.ts';
import { STACK } from './deployment.ts';
import type { Engine } from './engine.ts';

/**
 * The trace IDs that `tailgate query --stack` finds, in order; undefined: the engine has no SQL, which has been said. The table
 * is asked and not the view of it, because no engine of this machine reads Athena's views: test/trino does.
 */
export async function queriedTraces(engine: Engine): Promise<readonly string[] | undefined> {
  const ask = async (sql: string): Promise<Record<string, unknown>[]> => {
    const out = await run(process.execPath, ['bin/tailgate.mjs', 'query', '--stack', STACK, '--json', sql], engine);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };
  try {
    await ask('SELECT 40 + 2 AS answer');
  } catch (error) {
    if (engine.answersSql) throw error;
    console.log(`NOT COVERED by this engine: queries with Athena: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  const rows = await ask("SELECT trace_id FROM traces_otlp WHERE dt > '2026-01-01' AND seq = 0 ORDER BY trace_id");
  return rows.map((row) => String(row['trace_id']));
}
