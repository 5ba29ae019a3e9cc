import type { CompactionCatalog, PublishedHours } from '../../lib/archive/ports.ts';

/** A catalogue for tests. */
export class MemoryCompactionCatalog implements CompactionCatalog {
  #published: PublishedHours;

  constructor(hours: PublishedHours['hours']) {
    this.#published = { hours, version: '0' };
  }

  async read(): Promise<PublishedHours> {
    return this.#published;
  }

  async write(hours: PublishedHours['hours'], version: string): Promise<'written' | 'conflict'> {
    if (version !== this.#published.version) return 'conflict';
    this.#published = { hours, version: String(Number(version) + 1) };
    return 'written';
  }
}
