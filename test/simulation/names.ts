/** Names in a timeline, short enough to be compared by eye. */

/** `a0`, or `shop/a0` of a tenant. */
export function shortTrace(partition: string): string {
  return partition.replace(/[\da-f]{30}$/, '');
}

export function shortHash(hash: string): string {
  return hash.slice(0, 4);
}

/** Of a fragment: `[tenant/]trace/hash`. */
export function shortName(name: string): string {
  const at = name.lastIndexOf('/');
  return `${shortTrace(name.slice(0, at))}/${shortHash(name.slice(at + 1))}`;
}

/** `K7`: the object of the seventh round of all. */
export function shortKey(key: string): string {
  const id = /-([\da-f]{16})\.jsonl\.gz$/.exec(key)?.[1];
  return id === undefined ? key : `K${Number.parseInt(id, 16)}`;
}
