import { RE2JS } from 're2js';
import { namedGroupsOnly } from './named-groups-only.ts';

/** A pattern and its named groups in order, of which several may have the same name. */
export interface NamedPattern {
  readonly regex: RE2JS;
  readonly groups: readonly { readonly name: string; readonly index: number }[];
  /** What a match costs beyond looking at each character once: 0 of a pattern that the data did not choose. */
  readonly stepsPerCharacter: number;
}

/**
 * @param isOfData whether the pattern is one of the trace, and not one of the configuration
 * @throws {Error} when the text is not an RE2 pattern.
 */
export function compileNamedPattern(text: string, isOfData = false): NamedPattern {
  const { pattern, originals } = namedGroupsOnly(text);
  const regex = compile(pattern, text);
  const groups = Object.entries(regex.namedGroups()).map(([name, index]) => ({
    name: originals.get(name) ?? name,
    index: Number(index),
  }));
  const stepsPerCharacter = isOfData ? Math.ceil(text.length / 16) : 0;
  return { regex, groups: groups.toSorted((a, b) => a.index - b.index), stepsPerCharacter };
}

function compile(pattern: string, text: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    // The message is to be about the pattern as it was written.
    RE2JS.compile(text);
    throw error;
  }
}
