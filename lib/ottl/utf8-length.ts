import { looseByteCount } from './go/go-string.ts';

/** Number of bytes of a text in UTF-8, which is what OTTL counts. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) length += 2;
    else if (unit > 0x7f) length++;
  }
  // Counted as 2 above.
  return length - looseByteCount(text);
}
