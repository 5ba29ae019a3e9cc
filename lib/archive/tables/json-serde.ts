/** Which reader of JSON lines the table names. Both give the same rows of what the archive writes. */
export type JsonSerde = 'hive' | 'openx';

export const JSON_SERDES: Readonly<
  Record<JsonSerde, { readonly library: string; readonly parameters: Readonly<Record<string, string>> }>
> = {
  // The default: AWS says of OpenX that its results can be non-deterministic. A line that is not JSON fails the query.
  hive: { library: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: {} },
  // For archives with foreign lines: one that is not JSON becomes a row of NULLs, which the view `traces` leaves out.
  openx: { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: { 'ignore.malformed.json': 'true' } },
};

/** A line as it stands. JSON never has the separator: a control character is escaped there. */
export const RAW_LINE_SERDE = {
  library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  parameters: { 'field.delim': '\u0001' },
};
