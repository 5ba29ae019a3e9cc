import { type DataSpan, MS, text } from './dataset.ts';

const FIRST = 60;
const TRACES = 48;

type Fields = Partial<Omit<DataSpan, 'trace' | 'id' | 'start' | 'end'>>;

/** What goes wrong between services, each of it in several traces: spans that are missing, timeouts, retries. */
export const TROUBLES: readonly DataSpan[][] = Array.from({ length: TRACES }, (_, i) => {
  const trace = FIRST + i;
  const span = (id: number, parent: number | undefined, from: number, to: number, fields: Fields = {}): DataSpan => ({
    trace,
    id,
    ...(parent !== undefined && { parent }),
    service: 'gateway',
    name: 'work',
    start: BigInt(trace * 37 + from) * MS,
    end: BigInt(trace * 37 + to) * MS,
    ...fields,
  });
  const kinds = [noRoot, missingParents, severalRoots, timeout, failedChild, retries];
  return (kinds[i % kinds.length] ?? noRoot)(span);
});

type MakeSpan = (id: number, parent: number | undefined, from: number, to: number, fields?: Fields) => DataSpan;

/** The caller, perhaps a browser, sends no spans. */
function noRoot(span: MakeSpan): DataSpan[] {
  return [
    span(2, 900, 0, 60, { name: 'POST /remote', kind: 2 }),
    span(3, 2, 5, 50, { service: 'cart', name: 'add', kind: 2 }),
    // Its parent is another one that is missing.
    span(4, 901, 10, 20, { service: 'cart', name: 'render' }),
  ];
}

/** Of two gaps one has two spans below it. */
function missingParents(span: MakeSpan): DataSpan[] {
  return [
    span(1, undefined, 0, 60, { name: 'GET /gaps', kind: 2 }),
    span(2, 901, 10, 20, { service: 'mail', name: 'send', kind: 5 }),
    span(3, 901, 12, 22, { service: 'mail', name: 'log', kind: 1 }),
    span(4, 902, 15, 25, { service: 'cart', name: 'render' }),
    span(5, 4, 16, 24, { service: 'cart', name: 'paint' }),
  ];
}

function severalRoots(span: MakeSpan): DataSpan[] {
  return [
    span(1, undefined, 0, 60, { name: 'GET /roots', kind: 2 }),
    span(2, undefined, 30, 90, { service: 'cron', name: 'tick' }),
    span(3, undefined, 40, 50, { service: 'cron', name: 'tick' }),
  ];
}

/** The client gives up after 5 s, and so do those above it; the server goes on. */
function timeout(span: MakeSpan): DataSpan[] {
  return [
    span(1, undefined, 0, 5012, { name: 'GET /slow', kind: 2, error: '' }),
    span(2, 1, 2, 5005, {
      name: 'call',
      kind: 3,
      error: 'timed out',
      attributes: [text('server.address', 'slow.internal')],
    }),
    span(3, 2, 10, 7000, { service: 'slow', name: 'crunch', kind: 2 }),
    // It waits for its queue, which nobody minds.
    span(4, 1, 10, 1010, { service: 'queue', name: 'publish', kind: 4 }),
    span(5, 4, 500, 1500, { service: 'worker', name: 'consume', kind: 5 }),
    // Almost round.
    span(6, 1, 10, 1061, { name: 'almost', kind: 3, error: '' }),
    // It failed after 2 s, and nothing is known of whom it asked.
    span(7, 1, 100, 2050, {
      name: 'lookup',
      kind: 3,
      error: '',
      attributes: [text('url.full', 'https://dns.example:8443/q?x=1')],
    }),
  ];
}

/** A second passes because a call fails soon, and its child went on after that of another. */
function failedChild(span: MakeSpan): DataSpan[] {
  return [
    span(1, undefined, 0, 1100, { name: 'GET /wait', kind: 2 }),
    span(2, 1, 0, 1000, { name: 'wait' }),
    span(3, 2, 5, 400, { name: 'ask', kind: 3, error: 'refused', attributes: [text('net.peer.name', 'db')] }),
    // It began when its parent had ended.
    span(4, 2, 1001, 1090, { service: 'cart', name: 'afterwards' }),
  ];
}

/** In a row, side by side, and after one that went well. */
function retries(span: MakeSpan): DataSpan[] {
  const api = { name: 'GET', kind: 3, attributes: [text('server.address', 'api.example')] };
  const other = { name: 'GET', kind: 3, attributes: [text('peer.service', 'other')] };
  return [
    span(1, undefined, 0, 500, { name: 'GET /retry', kind: 2 }),
    span(2, 1, 10, 20, { ...api, error: '' }),
    span(3, 1, 30, 40, { ...api, error: '' }),
    span(4, 1, 50, 60, api),
    span(5, 1, 70, 80, api),
    span(6, 1, 10, 40, { ...other, error: '' }),
    span(7, 1, 20, 50, { ...other, error: '' }),
    span(8, 1, 10, 20, { name: 'attempt', error: '' }),
    span(9, 1, 20, 30, { name: 'attempt', error: 'again' }),
  ];
}
