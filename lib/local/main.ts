import { Logger } from '@aws-lambda-powertools/logger';
import { loadConfig } from './load-config.ts';
import { parseCommandLine, USAGE, UsageError } from './options.ts';
import { startLocal } from './start.ts';
import { explainStartError } from './start-error.ts';

async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const { config, warnings } = loadConfig(options.configFile);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const log = new Logger({ serviceName: 'tailgate', logLevel: options.verbose ? 'DEBUG' : 'INFO' });
  const tailgate = await startLocal({ ...options, config, log });
  console.log(`ready ${tailgate.url}`);

  const stop = async (signal: string) => {
    log.info('stopping', { signal });
    await tailgate.stop();
    process.exit(0);
  };
  // A second Ctrl-C finds no handler and ends the process at once.
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  await main();
} catch (error) {
  const lines = error instanceof UsageError ? error.message : explainStartError(error);
  console.error(lines);
  process.exit(1);
}
