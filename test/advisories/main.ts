// Asks the registry for advisories on what is installed with the package, or says why not. `npm run test:advisories`
import { spawnSync } from 'node:child_process';
import { adviceOf } from './report.ts';

const { stdout, error } = spawnSync(
  'npm',
  ['audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=20000'],
  {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
);
const advice = error === undefined ? adviceOf(stdout) : { skipped: error.message };
if ('skipped' in advice) {
  console.log(`SKIPPED: no advisories: ${advice.skipped}`);
} else {
  for (const line of advice.advisories) console.log(line);
  console.log(
    `${advice.advisories.length} advisories on ${advice.dependencies} packages that are installed with tailgate`,
  );
  if (advice.advisories.length > 0) process.exitCode = 1;
}
