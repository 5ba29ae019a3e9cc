import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpHead, HttpResponse } from '../ingest/http.ts';

/** Smaller answers are not worth it. */
const MIN_GZIP_BYTES = 1024;
const compress = promisify(gzip);

/** The answer with gzip, where the client reads that and it pays. */
export async function compressed(response: HttpResponse, { headers }: HttpHead): Promise<HttpResponse> {
  const { body } = response;
  const isAccepted = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;
  if (body.length < MIN_GZIP_BYTES || !isAccepted.test(headers['accept-encoding'] ?? '')) return response;
  const gzipped = await compress(body, { level: 3 });
  return {
    ...response,
    headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: gzipped,
  };
}
