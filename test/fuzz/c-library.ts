import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';

/** The addon of Jazzer.js 4.0.0 for Linux is linked against this glibc. */
const MIN_GLIBC = [2, 38] as const;
/** The Debian release that has a later one. */
const RELEASE = 'trixie';
const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1'];
const ARCHITECTURES: Readonly<Record<string, readonly [folder: string, loader: string]>> = {
  x64: ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2'],
  arm64: ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1'],
};

/**
 * What stands before the command of a process that loads the fuzzer: nothing where the C library of the system is recent
 * enough; else the loader and the libraries of a later Debian, which apt downloads to the user's cache folder. Nothing is
 * installed.
 * @throws {Error} which says why neither can be had
 */
export function underRecentLibrary(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  const version = header?.glibcVersionRuntime;
  if (version === undefined) throw new Error('the fuzzer needs glibc, and this system has another C library');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MIN_GLIBC[0] || minor >= MIN_GLIBC[1]) return [];
  const [folder, loader] = ARCHITECTURES[process.arch] ?? [];
  if (folder === undefined || loader === undefined) throw new Error(`the fuzzer has no addon for ${process.arch}`);
  const root = cacheFolder(`debian-${RELEASE}-libc`, (work) => download(work, version));
  const libraries = join(root, 'usr/lib', folder);
  return [join(libraries, loader), '--library-path', libraries];
}

function download(folder: string, version: string): void {
  const why = `the fuzzer needs glibc ${MIN_GLIBC.join('.')}, this is ${version}, and that of Debian ${RELEASE} cannot be had`;
  const release = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.replaceAll('"', '').split('=')),
  );
  const format = '$(RELEASE) $(REPO_URI)';
  const targets = run(why, 'apt-get', ['indextargets', '--format', format, 'Created-By: Packages']).split('\n');
  const mirror = targets.find((line) => line.startsWith(`${release['VERSION_CODENAME']} `))?.split(' ')[1];
  if (release['ID'] !== 'debian' || mirror === undefined) throw new Error(`${why}: this is not Debian`);

  const apt = join(folder, 'apt');
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, name), { recursive: true });
  const sources = join(apt, 'sources.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${keyring}] ${mirror} ${RELEASE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'APT::Sandbox::User=',
    'Acquire::http::Timeout=20',
    'Acquire::Retries=1',
  ].flatMap((option) => ['-o', option]);
  console.log(
    `the fuzzer needs glibc ${MIN_GLIBC.join('.')}, this is ${version}: downloading that of Debian ${RELEASE}`,
  );
  run(why, 'apt-get', [...options, 'update']);
  run(why, 'apt-get', [...options, 'download', ...PACKAGES], apt);
  const archives = readdirSync(apt).filter((name) => name.endsWith('.deb'));
  for (const name of archives) run(why, 'dpkg-deb', ['-x', join(apt, name), folder]);
}

/** @throws {Error} that begins with `why` */
function run(why: string, command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd });
  if (status === 0) return stdout;
  throw new Error(`${why}: ${command}: ${error?.message ?? stderr.trim()}`);
}
