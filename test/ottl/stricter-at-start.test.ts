/** Conditions that the Collector takes, and then fails on for every span (recorded as `eval`): errors at start here. */
import { describe, expect, it } from 'vitest';
import { Slots } from '../../lib/ottl/compiler/scope.ts';
import { readCondition } from '../../lib/ottl/conditions.ts';

const CONDITIONS: readonly (readonly [string, RegExp])[] = [
  ['ParseSeverity(name, attributes["map"]) == "x"', /Mapping must be a map of literals/],
  ['ParseSeverity(name, {"a": [{"equals": [name]}]}) == "x"', /Mapping must be a map of literals/],
  ['ParseSeverity(name, {"a": "x"}) == "x"', /expected a list for "a", got "x"/],
  ['ParseSeverity(name, {"a": nil}) == "x"', /expected a list for "a", got nil/],
  ['ParseSeverity(name, {"a": ["x"]}) == "x"', /expected a map with equals or range, got "x"/],
  ['ParseSeverity(name, {"a": [{"equals": "x"}]}) == "x"', /equals must be a list of strings, got "x"/],
  ['ParseSeverity(name, {"a": [{"equals": nil}]}) == "x"', /equals must be a list of strings, got nil/],
  ['ParseSeverity(name, {"a": [{"equals": [1]}]}) == "x"', /equals must be a list of strings/],
  ['ParseSeverity(name, {"a": [{"range": "6xx"}]}) == "x"', /range must be .*, got "6xx"/],
  ['ParseSeverity(name, {"a": [{"range": {"min": 1}}]}) == "x"', /range must be .*, got map/],
  ['ParseSeverity(name, {"a": [{"range": {"min": 1.0, "max": 2}}]}) == "x"', /range must be .*, got map/],
];

describe('a condition that could only fail', () => {
  it.each(CONDITIONS)('%s is an error at start', (text, message) => {
    expect(() => readCondition(text, 'span', new Slots(), () => {})).toThrow(message);
  });
});
