import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { BLOCK_OPTIONS, IGNORED_BLOCK_OPTIONS } from '../../lib/sampling/config/parse-block.ts';
import type { OptionDescription, OptionType, PolicyDefinition } from '../../lib/sampling/policy.ts';
import { POLICY_DEFINITIONS } from '../../lib/sampling/registry.ts';
import { issuesOf } from '../support/sampling-config.ts';

const definitions: readonly PolicyDefinition[] = POLICY_DEFINITIONS;

/** A value that an option of the type cannot have, and what is said of it, behind the path of the option. */
const WRONG: Readonly<Record<OptionType, { readonly value: unknown; readonly says: RegExp }>> = {
  string: { value: {}, says: /^: expected (a string|silent or|propagate or|"trace-complete").*, got a map/ },
  boolean: { value: {}, says: /^: expected true or false, got a map/ },
  'whole number': { value: {}, says: /^: expected a whole number( of 32 bits)?, got a map/ },
  'whole number, 0 or more': { value: -1, says: /^: expected a whole number from 0 to 18446744073709551615, got -1/ },
  number: { value: {}, says: /^: expected a number, got a map/ },
  duration: { value: {}, says: /^: expected a duration with a unit.*, got a map/ },
  'list of strings': { value: [{}], says: /^\[0\]: expected a (string, got a map|condition in quotes)/ },
  'list of words': { value: ['?'], says: /^\[0\]: unknown value "\?", allowed: / },
  'list of policies': { value: ['x'], says: /^\[0\]: expected a map of options, got "x"/ },
  'list of maps': { value: ['x'], says: /^\[0\]: expected a map of options, got "x"/ },
  policy: { value: 'x', says: /^: expected a map of options, got "x"/ },
  map: { value: 'x', says: /^: expected a map of options, got "x"/ },
};

/** The keys that the parser names as allowed beside one that nobody knows. */
function keysThatAreRead(path: string, errors: readonly string[]): readonly string[] {
  const prefix = `${path}: unknown key, allowed: `;
  const message = errors.find((error) => error.startsWith(prefix)) ?? prefix;
  return message
    .slice(prefix.length)
    .replace(/; did you mean.*/, '')
    .split(', ');
}

/** The keys in the map at `prefix`: '' is the outermost one, `a.` and `a[].` are below `a`. */
function keysIn(prefix: string, options: readonly OptionDescription[]): readonly string[] {
  const inside = options.map(({ key }) => key).filter((key) => key.startsWith(prefix));
  return inside.map((key) => key.slice(prefix.length)).filter((key) => !/[.[]/.test(key));
}

/** Every map that the options are in, the outermost first. */
function prefixesOf(options: readonly OptionDescription[]): readonly string[] {
  return [...new Set(options.map(({ key }) => key.replace(/[^.]*$/, '')))];
}

/** Options with a value at a place like `a.b` or `a[].b`. */
function optionsWith(place: string, value: unknown): object {
  const [, key = '', rest = ''] = place.match(/^(\w+|\?)(?:\[\])?\.?(.*)$/) ?? [];
  if (rest === '') return { [key]: value };
  const inner = optionsWith(rest, value);
  return { [key]: place.startsWith(`${key}[]`) ? [inner] : inner };
}

const pathOf = (place: string) => place.replace('[]', '[0]');

function remarksAt(path: string, errors: readonly string[]): readonly string[] {
  return errors.filter((error) => error.startsWith(path)).map((error) => error.slice(path.length));
}

describe('the descriptions of options', () => {
  const withOptions = definitions.filter(({ options }) => options.length > 0);
  const errorsOf = (type: string, options: object) =>
    issuesOf(stringify({ policies: [{ name: 'p', type, [type]: options }] })).errors;

  const withoutOptions = definitions.filter(({ options }) => options.length === 0);
  it.each(withoutOptions)('are missing for $type because it reads none', ({ type }) => {
    expect(errorsOf(type, { '?': 1 })).toEqual([`policies[0].${type}.?: unknown key, allowed: none`]);
  });

  const maps = withOptions.flatMap(({ type, options }) =>
    prefixesOf(options).map((prefix) => ({ type, options, prefix })),
  );
  it.each(maps)('name what $type reads at "$prefix"', ({ type, options, prefix }) => {
    const place = `${prefix}?`;
    const keys = keysThatAreRead(`policies[0].${type}.${pathOf(place)}`, errorsOf(type, optionsWith(place, 1)));
    expect([...keys].sort()).toEqual([...keysIn(prefix, options)].sort());
  });

  const all = withOptions.flatMap(({ type: of, options }) => options.map((option) => ({ ...option, of })));
  it.each(all)('have the type of $of: $key right', ({ of, key, type }) => {
    const errors = errorsOf(of, optionsWith(key, WRONG[type].value));
    expect(remarksAt(`policies[0].${of}.${pathOf(key)}`, errors)).toContainEqual(
      expect.stringMatching(WRONG[type].says),
    );
  });

  const block = [...BLOCK_OPTIONS, ...IGNORED_BLOCK_OPTIONS];

  it.each(prefixesOf(block))('name what the block reads at "%s"', (prefix) => {
    const place = `tail_sampling.${prefix}?`;
    const keys = keysThatAreRead(pathOf(place), issuesOf(stringify(optionsWith(place, 1))).errors);
    expect([...keys].sort()).toEqual([...keysIn(prefix, block)].sort());
  });

  it.each(block)('have the type of the key $key right', ({ key, type }) => {
    const place = `tail_sampling.${key}`;
    const { errors } = issuesOf(stringify(optionsWith(place, WRONG[type].value)));
    expect(remarksAt(pathOf(place), errors)).toContainEqual(expect.stringMatching(WRONG[type].says));
  });
});
