/** `npm run bench -- soak[:MINUTES]`: the soak test for as long as it is to be believed, an hour if nothing else is said. */
import { spawnSync } from 'node:child_process';

const minutes = process.argv[2] ?? '60';
const options = ['--minutes', minutes, '--rate', '5000'];
process.exit(spawnSync(process.execPath, ['test/soak/main.ts', ...options], { stdio: 'inherit' }).status ?? 1);
