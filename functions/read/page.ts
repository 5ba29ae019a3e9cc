import type { HttpHandler } from '../ingest/handler.ts';
import type { HttpHead, HttpResponse } from '../ingest/http.ts';
import { compressed } from './http.ts';

/** The files of the page by their names, as they are served. */
export type PageFiles = (name: string) => Promise<Uint8Array | undefined>;

const INDEX = 'index.html';
/** Paths that the page itself tells apart: `/`, `/traces/<id>`. */
const VIEW = /^\/(?:(?:traces|services|map|policies)(?:\/[^/]*)?)?$/;
const FILE = /^\/page\/([\w.-]+)$/;

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Everything is from this server, and nothing is inline: a span with markup in it can run nothing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of the page; undefined: there is none with this path. The files say nothing of the traces, so they need no key. */
async function answerPage({ method, path }: HttpHead, files: PageFiles): Promise<HttpResponse | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const name = VIEW.test(path) ? INDEX : FILE.exec(path)?.[1];
  const body = name === undefined ? undefined : await files(name);
  if (name === undefined || body === undefined) return undefined;
  const headers = {
    'content-type': TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // A newer version of Tailgate has files of the same names.
    'cache-control': 'no-cache',
  };
  return { status: 200, headers, body };
}

/** Puts the page before what answers all other requests. */
export function pageBeside(files: PageFiles, others: HttpHandler): HttpHandler {
  return async (head) => {
    const page = await answerPage(head, files);
    return page === undefined ? others(head) : compressed(page, head);
  };
}
