/**
 * Makes a dictionary out of samples: a selection of their most repeated pieces. The method is that of `zstd --train`
 * (COVER: Liao, Petri, Moffat, Wirth, "Effective Construction of Relative Lempel-Ziv Dictionaries", 2016; in zstd,
 * `lib/dictBuilder/fastcover.c`):
 *
 * 1. Each word, which is any {@link WORD_BYTES} bytes in a row, gets a score: the number of samples that have it, if they are at
 *    least {@link MIN_SAMPLES}.
 * 2. The samples, one after the other, are divided into as many stretches as pieces fit into the dictionary.
 * 3. Each stretch gives the piece of {@link PIECE_BYTES} whose different words have the highest sum of scores. Words that are taken
 *    have no score from then on.
 *
 * It knows nothing of OTLP. Deterministic; 200 samples of some KB take 30 ms.
 */

const WORD_BYTES = 8;
/** Of the sizes from 64 to 1,024, this one gave the fewest write units on all corpora of `bench/compression.ts`. */
const PIECE_BYTES = 240;
/** Words share 2^20 counters by their hashes; the few that collide do no harm. */
const COUNTERS = 1 << 20;
/** What fewer samples have helps no other fragment, and may be somebody's name: the dictionary has none of it. */
const MIN_SAMPLES = 4;
/** Where a sample ends no word begins. */
const NO_WORD = COUNTERS;

/** An item of it costs 31 write units. A larger one saves hardly more, and costs more to prepare. */
export const DICTIONARY_BYTES = 31_000;

/** @returns at most `size` bytes: less when the samples repeat less. What is repeated most comes last, where it is named with the fewest bits */
export function trainDictionary(samples: readonly Uint8Array[], size = DICTIONARY_BYTES): Uint8Array {
  const text = Buffer.concat(samples);
  const { words, scores } = scoreWords(samples, text);
  const isRepeated = scores.map((score) => (score > 0 ? 1 : 0));
  // The last entry is that of NO_WORD.
  const seen = new Uint16Array(COUNTERS + 1);
  // A piece is chosen out of ten at least.
  const stretchBytes = Math.max(Math.ceil((text.length * PIECE_BYTES) / size), 10 * PIECE_BYTES);
  const stretches = Math.ceil(text.length / stretchBytes);
  const pieces: Uint8Array[] = [];
  let left = size;
  let emptyInARow = 0;
  for (let stretch = 0; left > 0 && emptyInARow < stretches; stretch = (stretch + 1) % stretches) {
    const from = stretch * stretchBytes;
    const piece = bestPiece(words, scores, seen, from, Math.min(text.length, from + stretchBytes));
    if (piece === undefined) {
      emptyInARow += 1;
      continue;
    }
    emptyInARow = 0;
    for (let at = piece.from; at < piece.to; at++) scores[words[at] as number] = 0;
    const bytes = repeatedBytes(text, words, isRepeated, piece).slice(-left);
    pieces.unshift(bytes);
    left -= bytes.length;
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

/** The word at each position, as the number of its counter, and the score of each counter. */
function scoreWords(samples: readonly Uint8Array[], text: Uint8Array) {
  const words = new Uint32Array(text.length).fill(NO_WORD);
  const scores = new Uint32Array(COUNTERS + 1);
  const lastSample = new Int32Array(COUNTERS).fill(-1);
  let at = 0;
  for (const [index, sample] of samples.entries()) {
    const end = at + sample.length;
    for (; at + WORD_BYTES <= end; at++) {
      const word = hashOf(text, at);
      words[at] = word;
      if (lastSample[word] === index) continue;
      lastSample[word] = index;
      scores[word] = (scores[word] as number) + 1;
    }
    at = end;
  }
  for (let word = 0; word < COUNTERS; word++) if ((scores[word] as number) < MIN_SAMPLES) scores[word] = 0;
  return { words, scores };
}

/** FNV-1a over a word, folded. */
function hashOf(text: Uint8Array, at: number): number {
  let hash = 0x811c9dc5;
  for (let offset = 0; offset < WORD_BYTES; offset++) {
    hash = Math.imul(hash ^ (text[at + offset] as number), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (COUNTERS - 1);
}

/** The bytes of a piece, without those that are in no repeated word. */
function repeatedBytes(text: Uint8Array, words: Uint32Array, isRepeated: Uint32Array, { from, to }: Piece): Uint8Array {
  const bytes = new Uint8Array(to - from + WORD_BYTES - 1);
  let length = 0;
  let copied = from;
  for (let at = from; at < to; at++) {
    if (isRepeated[words[at] as number] === 0) continue;
    const run = text.subarray(Math.max(at, copied), at + WORD_BYTES);
    bytes.set(run, length);
    length += run.length;
    copied = at + WORD_BYTES;
  }
  return bytes.subarray(0, length);
}

/** A range of words. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/** The range of words of a stretch that makes the best piece, without words at its ends that have no score. */
function bestPiece(
  words: Uint32Array,
  scores: Uint32Array,
  seen: Uint16Array,
  from: number,
  to: number,
): Piece | undefined {
  const wordsInPiece = PIECE_BYTES - WORD_BYTES + 1;
  let score = 0;
  let best = 0;
  let bestFrom = from;
  let begin = from;
  // A window slides along: a word counts once however often it is in it.
  for (let at = from; at < to; at++) {
    const word = words[at] as number;
    if (seen[word] === 0) score += scores[word] as number;
    seen[word] = (seen[word] as number) + 1;
    if (at - begin === wordsInPiece) {
      const gone = words[begin] as number;
      seen[gone] = (seen[gone] as number) - 1;
      if (seen[gone] === 0) score -= scores[gone] as number;
      begin += 1;
    }
    if (score > best) [best, bestFrom] = [score, begin];
  }
  for (let at = begin; at < to; at++) seen[words[at] as number] = 0;
  if (best === 0) return undefined;
  let first = bestFrom;
  let end = Math.min(to, bestFrom + wordsInPiece);
  while (scores[words[first] as number] === 0) first += 1;
  while (scores[words[end - 1] as number] === 0) end -= 1;
  return { from: first, to: end };
}
