/**
 * What makes the query library, which is written in Trino's SQL, run on DuckDB: Trino's functions as macros, and one
 * function whose arguments stand in another order. The library keeps to what this covers.
 */
export const TRINO_MACROS: readonly string[] = [
  'CREATE MACRO element_at(container, key) AS container[key]',
  'CREATE MACRO repeat(value, times) AS list_transform(range(times), lambda i: value)',
  'CREATE MACRO map_agg(key, value) AS map(list(key), list(value))',
  'CREATE MACRO sequence(first, last) AS range(first, last + 1)',
  'CREATE MACRO cardinality(container) AS len(container)',
  // Exact here: the smallest value up to which the weights sum up to the share. Trino's is an approximation of it.
  // Rows without a value or a weight do not count, as there.
  `CREATE MACRO approx_percentile(value, weight, share) AS (list_reduce(
    list_sort(list({'x': value, 'w': weight}) FILTER (WHERE value IS NOT NULL AND weight IS NOT NULL)),
    lambda a, b: CASE WHEN a.w >= share * sum(weight) FILTER (WHERE value IS NOT NULL AND weight IS NOT NULL)
                      THEN a ELSE {'x': b.x, 'w': a.w + b.w} END)).x`,
];

/** The statement with `reduce(list, start, step, s -> s)` as DuckDB has it: `list_reduce(list, step, start)`. */
export function toDuckDb(sql: string): string {
  const call = /\breduce\(/.exec(sql);
  if (call === null) return sql;
  const open = call.index + call[0].length;
  const { parts, end } = splitArguments(sql, open);
  const [list = '', start = '', step = ''] = parts;
  return `${sql.slice(0, call.index)}list_reduce(${list}, ${step}, ${start})${toDuckDb(sql.slice(end + 1))}`;
}

/** The arguments of a call from behind its opening parenthesis, and where it closes. */
function splitArguments(sql: string, open: number): { readonly parts: readonly string[]; readonly end: number } {
  const parts: string[] = [];
  let depth = 0;
  let from = open;
  let isText = false;
  for (let at = open; at < sql.length; at++) {
    const char = sql[at] ?? '';
    if (char === "'") isText = !isText;
    else if (isText) continue;
    else if ('(['.includes(char)) depth++;
    else if (char === ',' && depth === 0) {
      parts.push(sql.slice(from, at).trim());
      from = at + 1;
    } else if (')]'.includes(char) && depth-- === 0) {
      return { parts: [...parts, sql.slice(from, at).trim()], end: at };
    }
  }
  throw new SyntaxError('a call of reduce does not end');
}
