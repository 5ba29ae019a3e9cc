import { UsageError } from '../../local/options.ts';
import { explainStartError } from '../../local/start-error.ts';
import { DEMO_USAGE, DemoUsageError, parseDemoArguments } from './demo-arguments.ts';
import { runDemo } from './run-demo.ts';

try {
  const args = parseDemoArguments(process.argv.slice(2));
  if (args === undefined) {
    console.log(DEMO_USAGE);
  } else {
    process.exitCode = await runDemo(args);
  }
} catch (error) {
  const isForThePerson = error instanceof DemoUsageError || error instanceof UsageError;
  console.error(`error: ${isForThePerson ? error.message : explainStartError(error)}`);
  process.exitCode = 1;
}
