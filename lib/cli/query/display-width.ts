const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Plain text without combining marks or wide characters, where a character is a column. */
const NARROW = /^[\x20-\x7e\u00a0-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25a1]*$/;

// The wide and full-width blocks of Unicode's East Asian Width (UAX 11), merged where nothing narrow lies between.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** How many terminal columns the text takes. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) {
    return text.length;
  }
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += graphemeWidth(segment);
  }
  return width;
}

/** Fills the text up to `width` columns, or cuts it there with an ellipsis. */
export function fitToWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = cutToWidth(text, width);
  const fill = ' '.repeat(Math.max(0, width - displayWidth(shown)));
  return align === 'right' ? fill + shown : shown + fill;
}

/** Cuts the text to at most `width` columns, the last of them an ellipsis when something was cut. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) {
    return text;
  }
  let shown = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) {
      break;
    }
    shown += segment;
  }
  return width > 0 ? `${shown}…` : '';
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) {
    return 0;
  }
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}
