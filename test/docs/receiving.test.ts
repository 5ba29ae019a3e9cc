import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MAX_BODY_BYTES } from '../../functions/ingest/body-limits.ts';
import { MAX_VALUE_DEPTH } from '../../lib/otlp/protobuf/validate.ts';
import { MAX_FRAGMENTS_BYTES } from '../../lib/otlp/regroup/regroup.ts';
import { MAX_TRACES } from '../../lib/otlp/regroup/scan.ts';

describe('docs/receiving.md', () => {
  it('has the limits that hold', () => {
    const page = readFileSync('docs/receiving.md', 'utf8');
    expect(page).toContain(`nested more than ${MAX_VALUE_DEPTH} levels deep`);
    expect(page).toContain(`| depth of attribute values | ${MAX_VALUE_DEPTH} |`);
    expect(page).toContain(`| body, after decompression | ${DEFAULT_MAX_BODY_BYTES / 2 ** 20} MiB |`);
    expect(page).toContain(`| ${MAX_FRAGMENTS_BYTES / 2 ** 20} MiB |`);
    expect(page).toContain(`| ${MAX_TRACES.toLocaleString('en')}: one item`);
  });
});
