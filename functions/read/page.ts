import { createHash } from 'node:crypto';
import type { HttpHandler } from '../ingest/handler.ts';
import type { HttpHead, HttpResponse } from '../ingest/http.ts';
import { READ_APIS } from './apis.ts';
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

/** Paths that others answer, also to a browser. */
const OTHERS = ['/v1', '/healthz', ...READ_APIS.keys()];

/**
 * A file of the page; undefined: there is none with this path. The files say nothing of the traces, so they need no key. A person
 * who has mistyped a path gets the page, which says so.
 */
export async function answerPage(
  { method, path, headers: asked }: HttpHead,
  files: PageFiles,
): Promise<HttpResponse | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const file = VIEW.test(path) ? INDEX : FILE.exec(path)?.[1];
  const isOfOthers = OTHERS.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  const isMistyped = file === undefined && !isOfOthers && /\btext\/html\b/.test(asked['accept'] ?? '');
  const name = isMistyped ? INDEX : file;
  const body = name === undefined ? undefined : await files(name);
  if (name === undefined || body === undefined) return undefined;
  const headers = {
    'content-type': TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // A newer version of Tailgate has files of the same names: a browser asks each time, and mostly hears that it has the file.
    'cache-control': 'no-cache',
    // Weak, because it is the same with gzip and without.
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
  if (isMistyped) return { status: 404, headers, body };
  if (hasTag(asked['if-none-match'], headers.etag)) return { status: 304, headers, body: new Uint8Array() };
  return { status: 200, headers, body };
}

/** Whether the client has the file already (RFC 9110, section 13.1.2). */
function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

/** Puts the page before what answers all other requests. */
export function pageBeside(files: PageFiles, others: HttpHandler): HttpHandler {
  return async (head) => {
    const page = await answerPage(head, files);
    return page === undefined ? others(head) : compressed(page, head);
  };
}
