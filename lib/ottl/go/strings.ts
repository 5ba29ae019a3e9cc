/** Go's package `strings`, and the package `strcase` that OTTL uses for the case of names. */

/** `strings.Trim`: the text without those of the characters that it starts or ends with. */
export function trimSet(text: string, characters: string): string {
  const set = new Set(characters);
  const all = [...text];
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start] ?? '')) start++;
  while (end > start && set.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

/** `unicode.IsSpace`. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `strings.TrimSpace`: removes Unicode white space at both ends. (JavaScript's `trim` also removes U+FEFF.) */
export function trimSpace(text: string): string {
  // Not with a pattern that ends in $: it would scan from each blank to the end of its run, which is quadratic.
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `strings.Split`: cuts the text at each delimiter; an empty delimiter cuts it into characters. */
export function splitText(text: string, delimiter: string): readonly string[] {
  if (delimiter === '') return [...text];
  if (delimiter.length > text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = findText(text, delimiter); at >= 0; at = findText(text, delimiter, from)) {
    parts.push(text.slice(from, at));
    from = at + delimiter.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Up to this length `indexOf` is fast enough; its worst case takes the product of both lengths. */
const SHORT = 32;

/**
 * `text.indexOf(wanted, from)` in linear time, whatever a trace contains (the algorithm of Knuth, Morris and Pratt).
 */
export function findText(text: string, wanted: string, from = 0): number {
  if (wanted.length <= SHORT) return text.indexOf(wanted, from);
  const borders = bordersOf(wanted);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && wanted.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (wanted.charCodeAt(matched) === unit) matched++;
    if (matched === wanted.length) return at - matched + 1;
  }
  return -1;
}

/** For each prefix of the text, the length of the longest shorter prefix that it also ends with. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let border = 0;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (border > 0 && text.charCodeAt(border) !== unit) border = borders[border - 1] ?? 0;
    if (text.charCodeAt(border) === unit) border++;
    borders[at] = border;
  }
  return borders;
}

/** `strcase.ToCamel`: `some_name` and `some.name-x` become `SomeName` and `SomeNameX`. */
export function toCamel(text: string): string {
  const trimmed = text.trim();
  if (trimmed === 'ID') return 'Id';
  let camel = '';
  let raiseNext = true;
  let afterCapital = false;
  for (const character of trimmed) {
    const kind = kindOf(character);
    if (kind === 'low') camel += raiseNext ? character.toUpperCase() : character;
    else if (kind === 'capital') camel += afterCapital && !raiseNext ? character.toLowerCase() : character;
    else if (kind === 'digit') camel += character;
    raiseNext = kind === 'digit' || kind === 'divider';
    afterCapital = kind === 'capital';
  }
  return camel;
}

/** `strcase.ToSnake`: `someName` and `JSONData 2` become `some_name` and `json_data_2`. */
export function toSnake(text: string): string {
  const characters = [...text.trim()];
  let snake = '';
  for (const [i, character] of characters.entries()) {
    const kind = kindOf(character);
    const next = kindOf(characters[i + 1] ?? '');
    const before = kindOf(characters[i - 1] ?? '');
    const written = kind === 'capital' ? character.toLowerCase() : kind === 'divider' ? '_' : character;
    const endsAcronym = kind === 'capital' && next === 'low' && before === 'capital';
    const endsWord =
      (kind === 'capital' && next === 'digit') ||
      (kind === 'low' && (next === 'capital' || next === 'digit')) ||
      (kind === 'digit' && (next === 'capital' || next === 'low'));
    snake += `${endsAcronym ? '_' : ''}${written}${endsWord ? '_' : ''}`;
  }
  return snake;
}

/** The kinds of characters that `strcase` tells apart, all of them ASCII. */
function kindOf(character: string): 'low' | 'capital' | 'digit' | 'divider' | 'other' {
  if (character >= 'a' && character <= 'z') return 'low';
  if (character >= 'A' && character <= 'Z') return 'capital';
  if (character >= '0' && character <= '9') return 'digit';
  return character === '_' || character === ' ' || character === '-' || character === '.' ? 'divider' : 'other';
}
