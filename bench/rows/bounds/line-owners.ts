/** Resources and scopes in the bound of a JSON line, each written once. What it leaves out is in `line.ts`. */
import { formatUtc } from '../../../lib/archive/hours.ts';
import { copyPiece, json } from '../../../lib/otlp/json-encode/piece.ts';
import { copyText } from '../../../lib/otlp/json-encode/write-text.ts';
import { writeAttributes } from './line-attributes.ts';
import { out, pen, view } from './line-pen.ts';
import { afterValue } from './wire.ts';

/** A resource or scope that came before: its message, and its JSON up to the bracket of its children. */
export interface Known {
  readonly message: Float64Array;
  readonly length: number;
  readonly last: number;
  readonly head: Uint8Array;
  readonly service: string;
}

export interface Owners {
  readonly open: ReturnType<typeof json>;
  readonly children: ReturnType<typeof json>;
  readonly isResource: boolean;
  known: Known[];
}

export const resources: Owners = {
  open: json('{"resource":{'),
  children: json('},"scopeSpans":['),
  isResource: true,
  known: [],
};
export const scopes: Owners = { open: json('{"scope":{'), children: json('},"spans":['), isResource: false, known: [] };
export function knownOf(owners: Owners, from: number, to: number): Known {
  const { known } = owners;
  for (let i = 0; i < known.length; i++) {
    const one = known[i] as Known;
    if (isKnown(one, from, to)) return one;
  }
  const start = pen.at;
  const added = { ...remember(from, to), ...writeOwner(owners, from, to) };
  pen.at = start;
  known.push(added);
  return added;
}

function isKnown({ length, last, message }: Known, from: number, to: number): boolean {
  if (length !== to - from || pen.source.getFloat64(to - 8, true) !== last) return false;
  // From the end, where the resources of one deployment differ.
  for (let i = message.length - 1; i >= 0; i--) {
    if (pen.source.getFloat64(from + i * 8, true) !== message[i]) return false;
  }
  return true;
}

function remember(from: number, to: number) {
  const message = Float64Array.from({ length: (to - from) >> 3 }, (_, i) => pen.source.getFloat64(from + i * 8, true));
  return { message, length: to - from, last: pen.source.getFloat64(to - 8, true) };
}

function writeOwner(owners: Owners, from: number, to: number): { head: Uint8Array; service: string } {
  const start = pen.at;
  pen.at = copyPiece(view, pen.at, owners.open);
  if (owners.isResource) writeAttributes(from, to, 0x0a);
  else {
    for (let next = from; next < to; ) {
      const end = afterValue(pen.bytes, pen.bytes[next] as number, next + 1);
      pen.at = copyPiece(view, pen.at, pen.bytes[next] === 0x0a ? SCOPE_NAME : SCOPE_VERSION);
      pen.at = copyPiece(view, copyText(view, pen.at, pen.source, next + 2, end), QUOTE);
      next = end;
    }
  }
  // What comes first has a comma before it.
  out.copy(out, start + owners.open.length, start + owners.open.length + 1, pen.at--);
  pen.at = copyPiece(view, pen.at, owners.children);
  const head = new Uint8Array(out.subarray(start, pen.at));
  const name = /"service.name","value":\{"stringValue":"([^"]*)"/.exec(Buffer.from(head).toString())?.[1] ?? '';
  return { head, service: name };
}

const SCOPE_NAME = json(',"name":"');
const SCOPE_VERSION = json(',"version":"');
const QUOTE = json('"');

let [lastMs, lastText] = [0, ''];

/** The time of the decision, which many traces share. */
export function decidedAt(ms: number): string {
  if (ms !== lastMs) [lastMs, lastText] = [ms, formatUtc(ms)];
  return lastText;
}
