import { createRequire } from 'node:module';

interface Resource {
  readonly constructor: { readonly name: string };
}

interface LevelClass {
  readonly prototype: { attachResource(resource: Resource): void; detachResource(resource: Resource): void };
}

/**
 * Counts the LevelDB iterators of this process, by the books that abstract-level keeps itself: it attaches an iterator when it
 * is made and detaches it when it is closed. Call it once, before the first engine starts.
 *
 * @returns how many are open now
 */
export function countOpenIterators(): () => number {
  const { prototype } = levelClass();
  const { attachResource, detachResource } = prototype;
  const open = new Set<Resource>();
  prototype.attachResource = function (resource) {
    if (resource.constructor.name.endsWith('Iterator')) open.add(resource);
    attachResource.call(this, resource);
  };
  prototype.detachResource = function (resource) {
    open.delete(resource);
    detachResource.call(this, resource);
  };
  return () => open.size;
}

/** The class below the stores of dynalite. It is found from there, whatever else npm has installed. */
function levelClass(): LevelClass {
  const dynalite = createRequire(import.meta.resolve('dynalite'));
  return createRequire(dynalite.resolve('level'))('abstract-level').AbstractLevel;
}
