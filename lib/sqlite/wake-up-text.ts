import type { FragmentRef, WakeUp } from '../pipeline/ports.ts';

/** A message names at most this many fragments: reading it takes a millisecond. A larger wake-up is several messages. */
const MAX_FRAGMENTS = 2_000;

/** The wake-up as one or more that together name the same fragments. */
export function inMessages(wakeUp: WakeUp): readonly WakeUp[] {
  const { fragments } = wakeUp;
  if (fragments.length <= MAX_FRAGMENTS) return [wakeUp];
  const parts: WakeUp[] = [];
  for (let at = 0; at < fragments.length; at += MAX_FRAGMENTS) {
    parts.push({ ...wakeUp, fragments: fragments.slice(at, at + MAX_FRAGMENTS) });
  }
  return parts;
}

/** Before the fragments of a suspect, which are rare: no row needs a column for it. */
const SUSPECT = '!';

/** What a wake-up names as one text: `<trace ID> <hash> <hash>,<trace ID> <hash>`; of a suspect, `!<trace ID> <hash>`. */
export function writeFragments({ fragments, isSuspect }: Pick<WakeUp, 'fragments' | 'isSuspect'>): string {
  let text = '';
  let last = '';
  for (const { traceId, hash } of fragments) {
    text += traceId === last ? ` ${hash}` : `${text === '' ? '' : ','}${traceId} ${hash}`;
    last = traceId;
  }
  return isSuspect ? SUSPECT + text : text;
}

/** When the fragments of a message arrived, if the message says so. */
export function receivedAtOf(row: Record<string, unknown>): Pick<WakeUp, 'receivedAtMs'> {
  const receivedAtMs = row['received_at'];
  return typeof receivedAtMs === 'number' ? { receivedAtMs } : {};
}

/** Whether a wake-up restores traces, as its row has it. */
export function restoresColumn({ restores }: WakeUp): number {
  return restores ? 1 : 0;
}

export function restoresOf(row: Record<string, unknown>): Pick<WakeUp, 'restores'> {
  return row['restores'] === 1 ? { restores: true } : {};
}

export function readFragments(text: string): Pick<WakeUp, 'fragments' | 'isSuspect'> {
  const isSuspect = text.startsWith(SUSPECT);
  const fragments: FragmentRef[] = [];
  for (const group of text === '' ? [] : text.slice(isSuspect ? SUSPECT.length : 0).split(',')) {
    const [traceId = '', ...hashes] = group.split(' ');
    for (const hash of hashes) fragments.push({ traceId, hash });
  }
  return isSuspect ? { fragments, isSuspect } : { fragments };
}
