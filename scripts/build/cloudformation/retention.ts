import { DEFAULT_RETENTION_DAYS, RETENTION_DAYS } from './settings.ts';
import { isList, isObject, type Json, type JsonObject, type Template } from './template.ts';

const MAPPING = 'ArchiveRetention';

/** A value that follows from the days: what it is with the default, and what it is with each number of days. */
interface Dependent {
  readonly byDefault: Json;
  readonly values: readonly Json[];
}

/**
 * A template in which what follows from the retention is looked up by the parameter: the age at which S3 deletes objects, and the range of
 * days that tables have. Each is found by synthesising with every retention, not by knowing where it stands.
 *
 * @param template with the default retention
 * @param templateFor the template of one choice of the other settings, with a retention
 */
export function withRetention(template: Template, templateFor: (days: number) => Template): Template {
  const base = templateFor(DEFAULT_RETENTION_DAYS);
  const leaves = leavesOf(asJson(base));
  const others = RETENTION_DAYS.map((days) => leavesOf(asJson(templateFor(days))));
  const dependents: Dependent[] = leaves.flatMap((byDefault, index) => {
    const values = others.map((other) => other[index] ?? null);
    return values.every((value) => value === byDefault) ? [] : [{ byDefault, values }];
  });
  // One name for each, by the texts of its values: CloudFormation does not tell a number from its text.
  const names = new Map<string, string>();
  for (const { byDefault } of dependents) {
    const text = String(byDefault);
    names.set(text, text === String(DEFAULT_RETENTION_DAYS) ? 'Days' : 'DateRange');
  }
  if (names.size > 2) throw new Error(`expected days and a range, got ${[...names.keys()].join(', ')}`);
  const rows = RETENTION_DAYS.map((days, row): [string, JsonObject] => [
    String(days),
    Object.fromEntries(
      dependents.map(({ byDefault, values }) => [names.get(String(byDefault)) ?? '', values[row] ?? null]),
    ),
  ]);
  const replaced = leaves.filter((leaf) => names.has(String(leaf))).length;
  if (replaced !== dependents.length) {
    throw new Error(`${replaced} values are like one of the ${dependents.length} that follow from the retention`);
  }
  const found = (value: Json): Json => {
    if (isList(value)) return value.map(found);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, found(member)]));
    const name = names.get(String(value));
    return name === undefined ? value : { 'Fn::FindInMap': [MAPPING, { Ref: 'ArchiveRetentionDays' }, name] };
  };
  const { Resources, Outputs } = found(asJson(template)) as unknown as Template;
  return { Resources, Outputs, Mappings: { [MAPPING]: Object.fromEntries(rows) } };
}

function asJson({ Resources, Outputs }: Template): Json {
  return { Resources, Outputs } as unknown as Json;
}

/** Strings, numbers and the like, in the order in which they stand. */
function leavesOf(value: Json): readonly Json[] {
  if (isList(value)) return value.flatMap(leavesOf);
  return isObject(value) ? Object.values(value).flatMap(leavesOf) : [value];
}
