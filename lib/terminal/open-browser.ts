import { type SpawnOptions, spawn } from 'node:child_process';

/** The program that opens an address on this system, and its arguments; undefined: there is no browser to be seen. */
export function browserCommand(
  url: string,
  { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'>,
): readonly [program: string, ...args: string[]] | undefined {
  if (platform === 'darwin') return ['open', url];
  // `start` takes the first argument in quotes for the title of a window.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url.replaceAll('&', '^&')];
  // WSL has the browser of Windows. Without a display, xdg-open may start a browser in the terminal.
  if (env['WSL_DISTRO_NAME'] !== undefined) return ['cmd.exe', '/c', 'start', '""', url.replaceAll('&', '^&')];
  return env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined ? undefined : ['xdg-open', url];
}

const DETACHED: SpawnOptions = { stdio: 'ignore', detached: true };

/** Opens an address in the browser of this system. Resolves to whether a program took it; the browser may live on. */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...args] = browserCommand(url, process) ?? [];
  if (program === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(program, args, DETACHED);
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
