import { join } from 'node:path';

/** The repository. */
export const ROOT: string = join(import.meta.dirname, '../..');

/** Everything that `npm run build` makes. */
export const DIST: string = join(ROOT, 'dist');
