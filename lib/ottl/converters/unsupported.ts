const IMPURE = 'a decision must not depend on when or where it is made';
const XML = 'it needs XPath; use ParseXML or ParseSimplifiedXML';
const GATED = 'it is experimental in the Collector and off by default';

/** Converters that the Collector has and conditions here cannot use, and why. */
export const UNSUPPORTED_CONVERTERS: ReadonlyMap<string, string> = new Map([
  ...['Now', 'UUID', 'UUIDv7'].map((name) => [name, IMPURE] as const),
  ...['ConvertAttributesToElementsXML', 'ConvertTextToElementsXML', 'GetXML', 'InsertXML'].map(
    (name) => [name, XML] as const,
  ),
  ...['RemoveXML'].map((name) => [name, XML] as const),
  ...['Any', 'All', 'Filter', 'Find', 'MapEach', 'MapKeys', 'Reduce', 'When', 'SanitizeUTF8'].map(
    (name) => [name, GATED] as const,
  ),
  ['UserAgent', 'its list of patterns would take the functions over a megabyte; use IsMatch'],
]);
