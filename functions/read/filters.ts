import { type Comparison, type Condition, type Field, OPERATORS } from '../../lib/read/condition.ts';
import { HttpError } from './http.ts';
import { choiceParameter, numberParameter } from './parameters.ts';

/** Parameters that name a field with a text, of which several values are alternatives. */
const TEXT_FIELDS: Readonly<Record<string, Field>> = {
  service: { of: 'span', name: 'service' },
  operation: { of: 'span', name: 'name' },
  kind: { of: 'span', name: 'kind' },
  spanStatus: { of: 'span', name: 'status' },
  rootService: { of: 'trace', name: 'rootService' },
  rootOperation: { of: 'trace', name: 'rootName' },
  status: { of: 'trace', name: 'status' },
  policy: { of: 'trace', name: 'policy' },
};

/** Parameters with a bound of a duration in milliseconds. */
const DURATIONS: Readonly<Record<string, Omit<Comparison, 'value'>>> = {
  minDurationMs: { field: { of: 'trace', name: 'durationMs' }, operator: '>=' },
  maxDurationMs: { field: { of: 'trace', name: 'durationMs' }, operator: '<=' },
  minSpanDurationMs: { field: { of: 'span', name: 'durationMs' }, operator: '>=' },
  maxSpanDurationMs: { field: { of: 'span', name: 'durationMs' }, operator: '<=' },
};

/** `span.http.route=/cart`, `resource.k8s.pod.name=~cart-.*`, `.customer.id!=7`, `http.response.status_code>=500` */
const ATTRIBUTE = /^(?<scope>span\.|resource\.|\.)?(?<key>[^=!<>~]+)(?<operator>=~|!~|!=|>=|<=|=|>|<)(?<value>.*)$/s;

/** The parameters of {@link filterParameters}. */
export const FILTERS: readonly string[] = [...Object.keys(TEXT_FIELDS), ...Object.keys(DURATIONS), 'attribute'];

/** The condition that the parameters of a search say. @throws {HttpError} */
export function filterParameters(query: URLSearchParams): Condition | undefined {
  const all: Condition[] = [];
  for (const [name, field] of Object.entries(TEXT_FIELDS)) {
    const any = query.getAll(name).flatMap((value) => (value === '' ? [] : [{ field, operator: '=' as const, value }]));
    if (any.length > 0) all.push({ any });
  }
  for (const [name, comparison] of Object.entries(DURATIONS)) {
    const value = numberParameter(query, name, 0, Number.MAX_SAFE_INTEGER);
    if (value !== undefined) all.push({ ...comparison, value });
  }
  for (const text of query.getAll('attribute')) all.push(attributeComparison(text));
  return all.length === 0 ? undefined : { all };
}

function attributeComparison(text: string): Comparison {
  const { scope, key = '', operator: sign, value = '' } = ATTRIBUTE.exec(text)?.groups ?? {};
  const operator = OPERATORS.find((one) => one === sign);
  if (operator === undefined) {
    throw new HttpError(
      400,
      `attribute must be a key, one of ${OPERATORS.join(' ')} and a value, such as span.http.route=/cart; got ${JSON.stringify(text)}`,
    );
  }
  return { field: attributeField(scope, key, text), operator, value };
}

/** Nothing has such a key, or no person sees that it does: what was meant is another. @throws {HttpError} */
function checkKey(key: string, got: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (key !== '' && !/^\s|\s$|[\u0000-\u001f]/.test(key) && !/^(?:span|resource)?\.$/.test(key)) return;
  throw new HttpError(
    400,
    `the key of an attribute must not be empty, begin or end with a space, or have control characters; got ${JSON.stringify(got)}`,
  );
}

function attributeField(scope: string | undefined, key: string, got = key): Field {
  checkKey(key, got);
  const of = scope === 'span.' ? 'span' : scope === 'resource.' ? 'resource' : 'any';
  return { of: 'attribute', scope: of, key };
}

/** The field whose values are asked for: one of the parameters of a search, or an attribute with its scope before it. */
export function fieldOf(name: string, query: URLSearchParams): Field {
  const scope = choiceParameter(query, 'scope', ['span', 'resource']);
  if (scope !== undefined) return attributeField(`${scope}.`, name);
  const known = Object.hasOwn(TEXT_FIELDS, name) ? TEXT_FIELDS[name] : undefined;
  if (known !== undefined) return known;
  const { scope: prefix, key = name } = /^(?<scope>span\.|resource\.|\.)?(?<key>.+)$/s.exec(name)?.groups ?? {};
  return attributeField(prefix, key);
}
