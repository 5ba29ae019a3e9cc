import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TRINO } from './toolchain.ts';

/** The folder of the server: its jars, and the Hive plugin of its many. */
export function installationFolder(env: NodeJS.ProcessEnv): string {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'tailgate', `trino-server-${TRINO.version}`);
}

/**
 * Fetches the server from Maven Central, once for all runs: 820 MB, of which 370 MB are kept. It comes into place whole
 * or not at all.
 */
export function install(folder: string, maven: string): void {
  if (existsSync(folder)) return;
  const parent = join(folder, '..');
  mkdirSync(parent, { recursive: true });
  const work = mkdtempSync(join(parent, 'download-'));
  try {
    const artifact = `io.trino:trino-server:${TRINO.version}:tar.gz`;
    console.log(`fetching ${artifact} from Maven Central (820 MB, once)`);
    // A repository of its own, so that no second copy stays in the user's.
    const options = [`-Dmaven.repo.local=${join(work, 'repository')}`, '-Dtransitive=false', `-Dartifact=${artifact}`];
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get';
    execFileSync(maven, ['--batch-mode', '--quiet', goal, ...options], { stdio: 'inherit' });
    const name = `trino-server-${TRINO.version}`;
    const archive = join(work, 'repository', 'io', 'trino', 'trino-server', TRINO.version, `${name}.tar.gz`);
    // All of it: the files of a plugin are hard links to those of others.
    execFileSync('tar', ['-xzf', archive, '-C', work], { stdio: 'inherit' });
    const whole = join(work, name);
    const kept = join(work, 'kept');
    mkdirSync(join(kept, 'plugin'), { recursive: true });
    renameSync(join(whole, 'lib'), join(kept, 'lib'));
    renameSync(join(whole, 'plugin', 'hive'), join(kept, 'plugin', 'hive'));
    renameSync(kept, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
