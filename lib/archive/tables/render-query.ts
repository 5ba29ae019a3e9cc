import { dayOf, hourOf, MS_PER_DAY, MS_PER_HOUR } from '../hours.ts';
import {
  lastDayCondition,
  parseTime,
  TIME_FORMS,
  type TimeWindow,
  type WindowedView,
  windowCondition,
} from '../window.ts';
import {
  BEFORE,
  hasWindowBefore,
  type NamedQuery,
  optionOf,
  PLACEHOLDER,
  WINDOW_BEFORE,
  WINDOWS,
} from './named-query.ts';
import { projectedDays } from './partition-projection.ts';
import { parseDuration, textLiteral, toLiteral } from './query-value.ts';

/** Values are missing, unknown or of the wrong kind. The message has a line for each. */
export class QueryParameterError extends Error {
  override readonly name = 'QueryParameterError';
}

export interface QueryContext {
  readonly nowMs: number;
  /** How long the archive keeps traces: a window must overlap with that. Undefined: not known, not checked. */
  readonly retentionDays?: number;
  /** Whether the archive keeps tenants apart; then there must be a value `tenant`. */
  readonly tenants?: boolean;
}

/**
 * The statement of a named query with its values. Besides its own parameters each query has `from` (default `-24h`) and
 * `to` (default `now`), and `tenant` where tenants are kept apart.
 *
 * @throws {QueryParameterError}
 */
export function renderQuery(
  query: NamedQuery,
  values: Readonly<Record<string, string>>,
  context: QueryContext,
): string {
  const problems: string[] = [];
  const literals = new Map<string, string>();
  for (const parameter of query.parameters) {
    const { name, defaultValue, meaning } = parameter;
    const value = values[name] ?? defaultValue;
    if (value === undefined) {
      problems.push(`${optionOf(name)} is missing: ${meaning}`);
      continue;
    }
    const literal = toLiteral(parameter, value);
    if ('problem' in literal)
      problems.push(`${optionOf(name)}: expected ${literal.problem}, got ${JSON.stringify(value)}`);
    else literals.set(name, literal.sql);
  }
  const known = [...query.parameters.map(({ name }) => name), 'from', 'to', ...(context.tenants ? ['tenant'] : [])];
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue;
    problems.push(`${query.name} has no ${optionOf(name)}: it has ${known.map(optionOf).join(', ')}`);
  }
  const tenant = values['tenant'];
  if (context.tenants && tenant === undefined)
    problems.push(`${optionOf('tenant')} is missing: name the tenant whose traces you want`);
  const window = windowOf(values, context, problems);
  const before = window && windowBefore(query, values, window, context, problems);
  if (window === undefined || problems.length > 0) throw new QueryParameterError(problems.join('\n'));
  const tenantCondition = context.tenants && tenant !== undefined ? ` AND tenant = ${textLiteral(tenant)}` : '';
  const condition = (one: QueryWindow, view: WindowedView) =>
    `(${windowCondition(one, context.nowMs, view)}${tenantCondition})`;
  for (const [placeholder, view] of windows()) literals.set(placeholder, condition(window, view));
  if (before !== undefined) literals.set(WINDOW_BEFORE, condition(before, 'spans'));
  // In one pass: a value that looks like a placeholder stays a value.
  return query.sql.replaceAll(PLACEHOLDER, (all, name: string) => literals.get(name) ?? all);
}

/**
 * The statement as Athena stores it: for the last 24 hours, with the defaults, and a `?` for each value that has none. The
 * console asks for these one by one, also for the same value again: a condition on a projected partition may be a `?`, but not
 * something that the query computes. Athena accepts a `?` only in a WHERE clause, so the files have these values nowhere
 * else. {@link askedValues} names them.
 */
export function storedQuery(query: NamedQuery, tenants: boolean): string {
  const condition = (view: WindowedView, hoursBack = 0) =>
    `(${lastDayCondition(view, hoursBack)}${tenants ? ' AND tenant = ?' : ''})`;
  const literals = new Map(windows().map(([name, view]) => [name, condition(view)]));
  if (hasWindowBefore(query)) literals.set(WINDOW_BEFORE, condition('spans', backMs(query, {}) / MS_PER_HOUR));
  for (const parameter of query.parameters) {
    const { name, defaultValue } = parameter;
    const literal = defaultValue === undefined ? { sql: '?' } : toLiteral(parameter, defaultValue);
    if ('problem' in literal) throw new SyntaxError(`${query.name}: the default of ${name} is not ${literal.problem}`);
    literals.set(name, literal.sql);
  }
  return query.sql.replaceAll(PLACEHOLDER, (all, name: string) => literals.get(name) ?? all);
}

/** The values that the `?` of a stored query stand for, in order. */
export function askedValues(query: NamedQuery, tenants: boolean): readonly string[] {
  const required = query.parameters.filter(({ defaultValue }) => defaultValue === undefined).map(({ name }) => name);
  const conditions = new Set([...Object.keys(WINDOWS), WINDOW_BEFORE]);
  const asked = new Set([...required, ...(tenants ? conditions : [])]);
  const names = [...query.sql.matchAll(PLACEHOLDER)].map(([, name = '']) => name).filter((name) => asked.has(name));
  return names.map((name) => (conditions.has(name) ? 'tenant' : name));
}

function windows(): [string, WindowedView][] {
  return Object.entries(WINDOWS);
}

/** A window with a beginning. */
export type QueryWindow = TimeWindow & { readonly fromMs: number };

/** The windows that a query reads. */
export interface QueryWindows {
  readonly window: QueryWindow;
  /** Undefined: the query compares with none. */
  readonly before: QueryWindow | undefined;
}

/** The windows of a query; undefined when their values are wrong. */
export function queryWindows(
  query: NamedQuery,
  values: Readonly<Record<string, string>>,
  nowMs: number,
): QueryWindows | undefined {
  const window = windowOf(values, { nowMs }, []);
  return window && { window, before: windowBefore(query, values, window, { nowMs }, []) };
}

function windowOf(
  values: Readonly<Record<string, string>>,
  context: QueryContext,
  problems: string[],
): QueryWindow | undefined {
  const { from = '-24h', to = 'now' } = values;
  const fromMs = parseTime(from, context.nowMs);
  const toMs = parseTime(to, context.nowMs);
  if (fromMs === undefined) problems.push(`${optionOf('from')}: expected ${TIME_FORMS}, got ${JSON.stringify(from)}`);
  if (toMs === undefined) problems.push(`${optionOf('to')}: expected ${TIME_FORMS}, got ${JSON.stringify(to)}`);
  if (fromMs === undefined || toMs === undefined) return undefined;
  if (fromMs >= toMs) problems.push(`${optionOf('from')} must be before ${optionOf('to')}, got ${from} and ${to}`);
  else problems.push(...retentionProblems(optionOf('from'), fromMs, context));
  // `now` means the end of the hour: a clock may be ahead.
  return to === 'now' ? { fromMs } : { fromMs, toMs };
}

/** As long as the window and all of it before it. Undefined: the query has none, or its value is wrong. */
function windowBefore(
  query: NamedQuery,
  values: Readonly<Record<string, string>>,
  { fromMs, toMs }: QueryWindow,
  context: QueryContext,
  problems: string[],
): QueryWindow | undefined {
  const back = hasWindowBefore(query) ? backMs(query, values) : Number.NaN;
  // What is no duration has been told.
  if (Number.isNaN(back)) return undefined;
  const endMs = toMs ?? context.nowMs;
  if (back < endMs - fromMs) {
    const minutes = Math.ceil((endMs - fromMs) / 60_000);
    problems.push(
      `${optionOf(BEFORE)}: the window is ${minutes}m long, so that the one before it must lie at least ${minutes}m back, ` +
        `got ${values[BEFORE] ?? 'none, and the default is less'}`,
    );
  }
  const before = { fromMs: fromMs - back, toMs: endMs - back };
  problems.push(...retentionProblems(optionOf(BEFORE), before.fromMs, context));
  return before;
}

/** How far back the window before lies, in milliseconds; not a number when the value is wrong. */
function backMs({ parameters }: NamedQuery, values: Readonly<Record<string, string>>): number {
  const fallback = parameters.find(({ name }) => name === BEFORE)?.defaultValue;
  return Math.round(Number(parseDuration(values[BEFORE] ?? fallback ?? '')));
}

function retentionProblems(option: string, fromMs: number, { retentionDays, nowMs }: QueryContext): string[] {
  if (retentionDays === undefined) return [];
  const days = projectedDays(retentionDays);
  const first = dayAt(nowMs + days.first * MS_PER_DAY);
  const last = dayAt(nowMs + days.last * MS_PER_DAY);
  const day = dayAt(fromMs);
  if (day >= first && day <= last) return [];
  return [`${option}: the archive keeps ${retentionDays} days, so that queries see ${first} to ${last}; got ${day}`];
}

function dayAt(ms: number): string {
  return dayOf(hourOf(ms));
}
