/** Those that this tool sets itself. */
const OWN: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-length', 'host']);

/**
 * Headers as they are given: `name=value`, as in `OTEL_EXPORTER_OTLP_HEADERS`, or `name: value`.
 * @throws {Error} with one line that says what is wrong, and no value of a header, which may be a secret
 */
export function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*[=:]\s*(.*?)\s*$/s.exec(text) ?? [];
    if (name === '') throw new Error('--header: expected NAME=VALUE, like x-api-key=…');
    if (OWN.has(name.toLowerCase())) throw new Error(`--header ${name}: replay sets it itself`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new Error(`--header ${name}: its value has a character that no header may have`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
