import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** The Chromium of this machine: the one that the variable CHROMIUM names, or one on the PATH. */
export function chromiumPath(): string | undefined {
  const { CHROMIUM: named, PATH = '' } = process.env;
  const candidates = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(named === undefined ? [] : [named]), ...candidates].find((path) => existsSync(path));
}
