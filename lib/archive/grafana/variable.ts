/** What Grafana replaces by the value of a variable. `sqlstring`: a text of SQL, with its quotes doubled. */
export function variable(name: string, format?: 'sqlstring' | 'queryparam'): string {
  return `\${${name}${format === undefined ? '' : `:${format}`}}`;
}
