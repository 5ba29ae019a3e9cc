import { createLogger } from '../../functions/shared/logger.ts';
import { readConfigFile } from './config-file.ts';
import { parseCommandLine, USAGE } from './options.ts';
import { startLocal } from './start.ts';
import { explainStartError } from './start-error.ts';

/**
 * npm forwards a Ctrl-C that the terminal has also sent to this process. Two signals within this time are one key
 * press.
 */
const ONE_PRESS_MS = 1_000;

async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const { config, warnings, notes } = readConfigFile(options.configFile);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  for (const note of notes) console.error(`note: ${note}`);
  const log = createLogger(options);
  const tailgate = await startLocal({ ...options, config, log });

  let stoppingSinceMs: number | undefined;
  const onSignal = async (signal: string) => {
    if (stoppingSinceMs === undefined) {
      stoppingSinceMs = performance.now();
      log.info('stopping', { signal });
      await tailgate.stop();
      process.exit(0);
    } else if (performance.now() - stoppingSinceMs > ONE_PRESS_MS) {
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  console.log(`ready ${tailgate.url}`);
}

try {
  await main();
} catch (error) {
  console.error(explainStartError(error));
  process.exit(1);
}
