/**
 * The little of XML that the answers of S3 need: elements by their names, of which those that are asked for have no attributes, and
 * text with escapes. In text, `<` is always escaped, so that a tag that is found is one.
 */

/** What is in the first element of this name, as it is written; undefined: there is none. */
export function elementIn(xml: string, name: string): string | undefined {
  for (const content of elementsIn(xml, name)) return content;
  return undefined;
}

/** The same of each element of this name, none of which is in another one. */
export function* elementsIn(xml: string, name: string): Generator<string> {
  const [opening, closing] = [`<${name}>`, `</${name}>`];
  for (let at = xml.indexOf(opening); at >= 0; ) {
    const begin = at + opening.length;
    const end = xml.indexOf(closing, begin);
    if (end < 0) return;
    yield xml.slice(begin, end);
    at = xml.indexOf(opening, end + closing.length);
  }
}

/** The text of the first element of this name; undefined: there is none. */
export function textIn(xml: string, name: string): string | undefined {
  const content = elementIn(xml, name);
  return content?.includes('&') ? content.replaceAll(/&(#x?)?(\w+);/g, unescaped) : content;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(written: string, isNumber: string | undefined, name: string): string {
  if (isNumber === undefined) return NAMED[name] ?? written;
  const code = Number.parseInt(name, isNumber === '#x' ? 16 : 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : written;
}
