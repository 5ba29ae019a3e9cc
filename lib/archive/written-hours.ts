import type { Hours } from './hours.ts';

const PARTITION = /dt=(?<day>[^/\\]*)[/\\]hour=(?<hour>\d\d)[/\\][^/\\]*$/;

/** The first and the last hour that has objects; undefined when none has. */
export function archiveHours(objects: readonly string[]): Hours | undefined {
  const hours = objects.map(hourOf).sort();
  const [first, last] = [hours[0], hours.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** The objects of the hours that a query selects. */
export function objectsWithin(objects: readonly string[], { first, last }: Hours): string[] {
  return objects.filter((path) => hourOf(path) >= first && hourOf(path) <= last);
}

/** `2026-11-21T07`, from the folders of the object. */
export function hourOf(path: string): string {
  const { day, hour } = PARTITION.exec(path)?.groups ?? {};
  return `${day}T${hour}`;
}
