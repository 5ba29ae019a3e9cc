import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NOON_MS } from './dataset.ts';

interface ForeignObject {
  readonly hour: number;
  readonly what: string;
  readonly name?: string;
  readonly bytes: Uint8Array;
}

const GOOD_LINE = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'good' }] }] }],
  trace_id: 'ab'.repeat(16),
  seq: 0,
});
const TWICE = ['first', 'second'].map((stringValue) => ({ key: 'twice', value: { stringValue } }));
const BEYOND = '"startTimeUnixNano":"9223372036854775808","endTimeUnixNano":"18446744073709551615"';
const TWICE_LINE = GOOD_LINE.replace('"name":"good"', `"name":"good",${BEYOND},"attributes":${JSON.stringify(TWICE)}`);
/** As version 0.1.0 wrote it before it knew zeros; and times that no version has written. */
const EARLIER_LINE = GOOD_LINE.replace(
  '"name":"good"',
  `"parentSpanId":"${'0'.repeat(16)}","name":"good","startTimeUnixNano":"0","endTimeUnixNano":"0",
   "events":[{"timeUnixNano":"0","name":"e"}],
   "links":[{"traceId":"${'0'.repeat(32)}","spanId":"${'0'.repeat(16)}"},{"traceId":"${'AB'.repeat(16)}","spanId":""}]`.replaceAll(
    /\n */g,
    '',
  ),
).replace('"seq":0', '"root_service":"","root_name":"","seq":0');
const gzip = (...lines: readonly string[]) => gzipSync(lines.map((line) => `${line}\n`).join(''));

/** Objects that the pipeline would not write, one an hour, so that each can be asked for alone. */
export const FOREIGN: readonly ForeignObject[] = [
  { hour: 0, what: 'a line of an earlier version', bytes: gzip(EARLIER_LINE) },
  { hour: 1, what: 'a line of text', bytes: gzip(GOOD_LINE, 'hello, world') },
  { hour: 2, what: 'half a line', bytes: gzip(GOOD_LINE, GOOD_LINE.slice(0, 100)) },
  {
    hour: 3,
    what: 'a gzip that ends early',
    bytes: gzip(...Array.from({ length: 2000 }, (_, i) => `${GOOD_LINE.slice(0, -1)},"i":${i}}`)).subarray(0, 200),
  },
  { hour: 4, what: 'text that is no gzip', bytes: Buffer.from(`${GOOD_LINE}\n`) },
  { hour: 5, what: 'other JSON', bytes: gzip(GOOD_LINE, '{"level":"info","message":"hello"}') },
  { hour: 6, what: 'other types', bytes: gzip(GOOD_LINE, '{"resourceSpans":"none","trace_id":5,"seq":"zero"}') },
  { hour: 7, what: 'a blank line', bytes: gzip(GOOD_LINE, '', GOOD_LINE.replaceAll('ab', 'ac')) },
  { hour: 8, what: 'nothing', bytes: Buffer.alloc(0) },
  { hour: 9, what: 'a fence', bytes: gzipSync('') },
  { hour: 11, what: 'a key twice, and times after 2262', bytes: gzip(TWICE_LINE) },
  { hour: 10, what: 'a hidden name', name: '_started', bytes: Buffer.from('hello, world\n') },
];

/** An archive with all foreign objects, and traces in hour 12; and for each object one that has nothing else. */
export function writeForeign(filesDir: string, good: string): void {
  const day = dayFolder(join(filesDir, 'foreign'));
  cpSync(join(filesDir, good, 'archive'), join(filesDir, 'foreign', 'archive'), { recursive: true });
  for (const object of FOREIGN) {
    writeObject(day, object);
    writeObject(dayFolder(join(filesDir, archiveWith(object))), object);
  }
  writeFileSync(join(day, 'README.txt'), 'A file beside the hours.\n');
}

/** The archive that has this object alone. */
export function archiveWith({ hour }: Pick<ForeignObject, 'hour'>): string {
  return `foreign-${hour}`;
}

function dayFolder(dataDir: string): string {
  return join(dataDir, 'archive', 'traces', `dt=${new Date(NOON_MS).toISOString().slice(0, 10)}`);
}

function writeObject(day: string, { hour, name = 'traces_foreign.jsonl.gz', bytes }: ForeignObject): void {
  const folder = join(day, `hour=${String(hour).padStart(2, '0')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
  if (name.startsWith('_')) writeFileSync(join(folder, 'traces_good.jsonl.gz'), gzip(GOOD_LINE));
}
