/** A call from one service to another. */
export interface Edge {
  readonly parent: string;
  readonly child: string;
}

/**
 * Services in columns: each right of those that call it, as far as there are no circles; the services of a column by name.
 *
 * @param services each once
 */
export function layersOf(services: readonly string[], edges: readonly Edge[]): readonly (readonly string[])[] {
  const callees = new Map(services.map((service): [string, string[]] => [service, []]));
  const callers = new Map(services.map((service): [string, number] => [service, 0]));
  for (const { parent, child } of edges) {
    if (parent === child) continue;
    callees.get(parent)?.push(child);
    callers.set(child, (callers.get(child) ?? 0) + 1);
  }
  const layerOf = new Map<string, number>();
  const left = new Set([...services].sort());
  while (left.size > 0) {
    // In a circle of calls, the one with the fewest callers comes first.
    const next = fewestCallers(left, callers);
    left.delete(next);
    const layer = layerOf.get(next) ?? 0;
    layerOf.set(next, layer);
    for (const child of callees.get(next) ?? []) {
      if (!left.has(child)) continue;
      callers.set(child, (callers.get(child) ?? 0) - 1);
      layerOf.set(child, Math.max(layerOf.get(child) ?? 0, layer + 1));
    }
  }
  const layers: string[][] = [];
  for (const service of [...services].sort()) {
    const layer = layerOf.get(service) ?? 0;
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(service);
  }
  return layers;
}

function fewestCallers(services: ReadonlySet<string>, callers: ReadonlyMap<string, number>): string {
  let found = '';
  let least = Number.POSITIVE_INFINITY;
  for (const service of services) {
    const count = callers.get(service) ?? 0;
    if (count < least) [found, least] = [service, count];
    if (least === 0) break;
  }
  return found;
}
