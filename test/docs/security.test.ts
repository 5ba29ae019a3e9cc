import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MAX_BODY_BYTES, MAX_INVOCATION_BYTES } from '../../functions/ingest/body-limits.ts';
import { MAX_BYTES_IN_FLIGHT } from '../../lib/local/http-server.ts';
import { LARGEST_TRACE } from '../../lib/pipeline/trace-limits.ts';
import { excerpt } from '../../lib/text/messages.ts';

const MEBIBYTE = 2 ** 20;

describe('docs/security.md', () => {
  const page = readFileSync('docs/security.md', 'utf8').replaceAll(/\s+/g, ' ');

  it('has the limits that hold', () => {
    expect(page).toContain(
      `${MAX_INVOCATION_BYTES / MEBIBYTE} MB as received, ${DEFAULT_MAX_BODY_BYTES / MEBIBYTE} MiB unpacked`,
    );
    expect(page).toContain(`holds ${MAX_BYTES_IN_FLIGHT / MEBIBYTE} MiB of all requests together`);
    expect(page).toContain(`quote the first ${excerpt('x'.repeat(1000)).length - 1} characters`);
    const { fragments, spans, bytes } = LARGEST_TRACE;
    const words = `${fragments.toLocaleString('en')} fragments, ${spans.toLocaleString('en')} spans or ${bytes / MEBIBYTE} MiB`;
    expect(page).toContain(words);
  });

  it('has the same limit of memory as docs/local.md', () => {
    expect(readFileSync('docs/local.md', 'utf8')).toContain(`may take ${MAX_BYTES_IN_FLIGHT / MEBIBYTE} MiB together`);
  });
});
