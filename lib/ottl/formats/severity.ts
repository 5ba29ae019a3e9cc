import { OttlEvaluationError } from '../errors.ts';
import { isList, isMap, type OttlMap, type OttlValue, typeName } from '../runtime/value.ts';

interface Criterion {
  readonly equals: readonly OttlValue[];
  readonly range: readonly [min: bigint, max: bigint] | undefined;
}

/** A name of a severity, and the values that it stands for. */
interface Severity {
  readonly name: string;
  readonly criteria: readonly Criterion[];
}

const STATUS_CLASSES: ReadonlyMap<OttlValue, readonly [bigint, bigint]> = new Map([
  ['2xx', [200n, 299n]],
  ['3xx', [300n, 399n]],
  ['4xx', [400n, 499n]],
  ['5xx', [500n, 599n]],
]);

/**
 * Reads the mapping of `ParseSeverity`, such as
 * `{"error": [{"equals": ["err"]}, {"range": "5xx"}], "info": [{"range": {"min": 0, "max": 9}}]}`.
 * @throws {OttlEvaluationError} when it has another shape
 */
export function readSeverities(mapping: OttlMap): readonly Severity[] {
  return [...mapping].map(([name, criteria]) => {
    if (!isList(criteria)) return fail(`expected a list for "${name}"`, criteria);
    return { name, criteria: criteria.map(readCriterion) };
  });
}

/**
 * The first severity with a criterion that matches: a string by equality, an int by range.
 * @throws {OttlEvaluationError} when none matches
 */
export function severityOf(value: OttlValue, severities: readonly Severity[]): string {
  if (typeof value !== 'string' && typeof value !== 'bigint') {
    throw new OttlEvaluationError(`ParseSeverity: expected a string or an int, got ${typeName(value)}`);
  }
  const found = severities.find(({ criteria }) => criteria.some((criterion) => matches(value, criterion)));
  if (found !== undefined) return found.name;
  throw new OttlEvaluationError('ParseSeverity: the mapping has no severity for the value');
}

function matches(value: string | bigint, { equals, range }: Criterion): boolean {
  if (typeof value === 'string') return equals.includes(value);
  return range !== undefined && value >= range[0] && value <= range[1];
}

function readCriterion(criterion: OttlValue): Criterion {
  if (!isMap(criterion)) return fail('expected a map with equals or range', criterion);
  const equals = criterion.has('equals') ? (criterion.get('equals') ?? null) : [];
  if (!isList(equals) || !equals.every((text) => typeof text === 'string')) {
    return fail('equals must be a list of strings', equals);
  }
  const range = criterion.get('range');
  return { equals, range: range === undefined ? undefined : readRange(range) };
}

function readRange(range: OttlValue): readonly [bigint, bigint] {
  const statusClass = STATUS_CLASSES.get(range);
  if (statusClass !== undefined) return statusClass;
  const min = isMap(range) ? range.get('min') : undefined;
  const max = isMap(range) ? range.get('max') : undefined;
  if (typeof min === 'bigint' && typeof max === 'bigint') return [min, max];
  return fail('range must be "2xx", "3xx", "4xx", "5xx" or a map with the ints min and max', range);
}

function fail(message: string, got: OttlValue): never {
  throw new OttlEvaluationError(`${message}, got ${typeof got === 'string' ? JSON.stringify(got) : typeName(got)}`);
}
