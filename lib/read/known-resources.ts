import { isTooDeep, markChecked } from './check-line.ts';
import type { LineJson, ResourceJson } from './otlp-json.ts';

/** How many resources are remembered, and of one object are new; and how long their texts may be. */
const MAX_RESOURCES = 64;
const MAX_LENGTH = 16 * 1024;

const NAME = '"resource":';

/**
 * Before the number of a known resource, in place of its text. A line that has this control character, which nobody writes, is parsed as it
 * is. It is one of Latin-1: with another one, V8 would make texts of two bytes a character, which it parses more slowly.
 */
const MARK = '\u0080';
const ESCAPED_MARK = '\\u0080';

interface Known {
  readonly text: string;
  readonly mark: string;
  readonly resource: ResourceJson;
}

/**
 * The resources of the lines that were read last. Each trace repeats those of its services, which are a third of the text: a resource that
 * was read once is cut out of the lines that follow before they are parsed.
 *
 * A text is replaced where it follows `"resource":`, which in JSON ends a key, whatever is before it. A whole object cannot be the
 * beginning of another one, so that what is there is this object; and what is JSON stays JSON, what is not stays none.
 */
export class KnownResources {
  /** The one that was met last comes first. */
  readonly #known: Known[] = [];
  readonly #byMark = new Map<string, ResourceJson>();
  readonly #resources = new Set<ResourceJson>();
  #numbers = 0;
  #leftOfObject = MAX_RESOURCES;

  /** Another object follows. */
  startObject(): void {
    this.#leftOfObject = MAX_RESOURCES;
  }

  /** Whether this very object is a known one. */
  has(resource: ResourceJson): boolean {
    return this.#resources.has(resource);
  }

  /** As `JSON.parse`, of a line. */
  parse(text: string): unknown {
    const { shorter, marks } = this.#withMarks(text);
    if (marks === 0) return JSON.parse(text);
    try {
      const json: { readonly resourceSpans?: unknown } | null = JSON.parse(shorter);
      // What is not among the resources of a line stays where it is.
      if (this.#unmark(json?.resourceSpans) === marks) return json;
    } catch {
      // The error will name a place in the line.
    }
    return JSON.parse(text);
  }

  /** Remembers the resources of a line that is one of the archive. */
  learn({ resourceSpans }: LineJson): void {
    for (const { resource } of resourceSpans) {
      if (this.#leftOfObject === 0) return;
      if (resource === undefined || this.has(resource) || isTooDeep(resource)) continue;
      this.#leftOfObject -= 1;
      const text = JSON.stringify(resource);
      if (text.length <= MAX_LENGTH && !this.#known.some((known) => known.text === text)) this.#add(text);
    }
  }

  /** Not the resource of the line: this is what the text says, also where the line spells a number in another way. */
  #add(text: string): void {
    const resource = JSON.parse(text) as ResourceJson;
    markChecked(resource);
    const mark = `${MARK}${this.#numbers++}`;
    this.#known.unshift({ text, mark, resource });
    this.#byMark.set(mark, resource);
    this.#resources.add(resource);
    if (this.#known.length <= MAX_RESOURCES) return;
    const last = this.#known.pop() as Known;
    this.#byMark.delete(last.mark);
    this.#resources.delete(last.resource);
  }

  #withMarks(text: string): { readonly shorter: string; readonly marks: number } {
    if (this.#known.length === 0 || text.includes(MARK) || text.includes(ESCAPED_MARK)) {
      return { shorter: text, marks: 0 };
    }
    let shorter = '';
    let [copied, marks] = [0, 0];
    for (let at = text.indexOf(NAME); at >= 0; ) {
      const begin = at + NAME.length;
      const known = this.#startingAt(text, begin);
      if (known === undefined) {
        at = text.indexOf(NAME, begin);
        continue;
      }
      shorter += `${text.slice(copied, begin)}"${known.mark}"`;
      marks += 1;
      copied = begin + known.text.length;
      at = text.indexOf(NAME, copied);
    }
    return { shorter: shorter + text.slice(copied), marks };
  }

  #startingAt(text: string, begin: number): Known | undefined {
    const known = this.#known;
    for (let at = 0; at < known.length; at++) {
      const one = known[at] as Known;
      // Compares many characters at a time, which `startsWith` does not.
      if (text.slice(begin, begin + one.text.length) !== one.text) continue;
      known.copyWithin(1, 0, at);
      known[0] = one;
      return one;
    }
    return undefined;
  }

  /** @returns how many resources it has put back */
  #unmark(resourceSpans: unknown): number {
    if (!Array.isArray(resourceSpans)) return 0;
    let count = 0;
    for (const element of resourceSpans) {
      if (typeof element !== 'object' || element === null) continue;
      const members = element as { resource?: unknown };
      const known = typeof members.resource === 'string' ? this.#byMark.get(members.resource) : undefined;
      if (known === undefined) continue;
      members.resource = known;
      count += 1;
    }
    return count;
  }
}
