/** One metric of a line in CloudWatch's embedded metric format. */
export interface EmfMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string | undefined;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;

/** The units of a MetricDatum in the API of CloudWatch. */
const UNITS = new Set(
  ['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None'].concat(
    ['', '/Second'].flatMap((per) =>
      ['', 'Kilo', 'Mega', 'Giga', 'Tera'].flatMap((scale) =>
        ['Bytes', 'Bits'].map((unit) => `${scale}${scale === '' ? unit : unit.toLowerCase()}${per}`),
      ),
    ),
    'Count/Second',
  ),
);

/**
 * The metrics of a line, which must keep every rule of the specification:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @throws {Error} naming the rule that is broken: CloudWatch would drop the metric without a word
 */
export function readEmf(line: string): EmfMetric[] {
  check(Buffer.byteLength(line) <= 256 * 1024, 'a line has 256 KB at most');
  const root = object(JSON.parse(line), 'the root node');
  const { Timestamp, CloudWatchMetrics } = object(root['_aws'], '_aws');
  check(Number.isSafeInteger(Timestamp) && Math.abs(Number(Timestamp) - Date.now()) < 7_200_000, '_aws.Timestamp');
  return list(CloudWatchMetrics, 'CloudWatchMetrics').flatMap((directive) => {
    const { Namespace, Dimensions, Metrics } = object(directive, 'a MetricDirective');
    const namespace = text(Namespace, 1024, 'Namespace');
    const sets = list(Dimensions, 'Dimensions');
    check(sets.length >= 1, 'Dimensions has a DimensionSet');
    const metrics = list(Metrics, 'Metrics');
    check(metrics.length >= 1 && metrics.length <= 100, 'a MetricDirective has 1 to 100 metrics');
    return sets.flatMap((set) => metrics.map((metric) => ({ namespace, ...read(metric, list(set, 'a set'), root) })));
  });
}

function read(metric: unknown, dimensionNames: readonly unknown[], root: Json): Omit<EmfMetric, 'namespace'> {
  const { Name, Unit, StorageResolution, ...others } = object(metric, 'a MetricDefinition');
  check(Object.keys(others).length === 0, 'a MetricDefinition has no other members');
  const name = text(Name, 1024, 'Name');
  check(Unit === undefined || UNITS.has(String(Unit)), `the unit ${Unit}`);
  check(StorageResolution === undefined || StorageResolution === 1 || StorageResolution === 60, 'StorageResolution');
  check(dimensionNames.length >= 1 && dimensionNames.length <= 30, 'a DimensionSet has 1 to 30 names');
  const dimensions = Object.fromEntries(
    dimensionNames.map((dimension) => {
      const key = text(dimension, 250, 'the name of a dimension');
      return [key, text(root[key], 1024, `the value of dimension ${key}`)];
    }),
  );
  const target = root[name];
  const values = Array.isArray(target) ? target : [target];
  check(values.length <= 100, `${name} has 100 values at most`);
  for (const value of values) check(typeof value === 'number' && Number.isFinite(value), `${name} is a number`);
  return { name, unit: Unit === undefined ? undefined : String(Unit), dimensions, values };
}

function object(value: unknown, what: string): Json {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is an object`);
  return value as Json;
}

function list(value: unknown, what: string): readonly unknown[] {
  check(Array.isArray(value), `${what} is an array`);
  return value as readonly unknown[];
}

function text(value: unknown, maxLength: number, what: string): string {
  check(typeof value === 'string' && value.length >= 1 && value.length <= maxLength, `${what} is a string`);
  return value as string;
}

function check(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`not the embedded metric format: ${rule}`);
}
