import type { ObjectEntry } from './ports.ts';

/** All parts are in it. */
export const PARTS_FOLDER = 'spans/';
/** All objects of lines are in it. */
export const LINES_FOLDER = 'traces/';

/** The path of a part: counted from 0 in its folder. */
export function partPath(folder: string, number: number): string {
  return `${PARTS_FOLDER}${folder}part-${number}.parquet`;
}

/** The number of a part; undefined when the object is none. */
export function partNumber({ path }: ObjectEntry): number | undefined {
  const digits = /\/part-(\d+)\.parquet$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The name of an object without its folder. */
export function nameOf({ path }: ObjectEntry): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Objects that no engine reads. */
export function isHidden(object: ObjectEntry): boolean {
  return /^[._]/.test(nameOf(object));
}
