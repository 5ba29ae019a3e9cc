import type { TraceArchive } from '../../lib/pipeline/ports.ts';

/** An archive for tests. A fence is an object without lines. */
export class MemoryTraceArchive implements TraceArchive {
  readonly #objects = new Map<string, 'fence' | readonly Uint8Array[]>();

  async create(key: string, lines: readonly Uint8Array[]): Promise<'created' | 'exists'> {
    if (this.#objects.has(key)) return 'exists';
    this.#objects.set(
      key,
      lines.map((line) => line.slice()),
    );
    return 'created';
  }

  async fence(key: string): Promise<'created' | 'exists'> {
    if (this.#objects.has(key)) return 'exists';
    this.#objects.set(key, 'fence');
    return 'created';
  }

  async inspect(key: string): Promise<'absent' | 'data' | 'fence'> {
    const stored = this.#objects.get(key);
    if (stored === undefined) return 'absent';
    return stored === 'fence' ? 'fence' : 'data';
  }

  /** Keys of all objects, fences included, in order of creation. */
  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  /** The lines of the object at `key` as text, without their line ends; none for a fence or a key without object. */
  lines(key: string): readonly string[] {
    const stored = this.#objects.get(key);
    if (stored === undefined || stored === 'fence') return [];
    return stored.map((line) => new TextDecoder().decode(line).trimEnd());
  }

  /** The lines of all objects, in order of creation. */
  allLines(): readonly string[] {
    return this.keys().flatMap((key) => this.lines(key));
  }
}
