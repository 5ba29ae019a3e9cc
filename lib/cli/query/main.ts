import { standardOutput } from './output.ts';
import { runQuery } from './run-query.ts';

process.exitCode = await runQuery(process.argv.slice(2), {
  output: standardOutput(process.stdout),
  complain: (line) => console.error(line),
});
