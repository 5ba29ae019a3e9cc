import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const PROTO_FOLDER = join(import.meta.dirname, '..', '..', 'proto');

describe('proto/generated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-proto-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is what npm run proto makes of the .proto files', () => {
    execFileSync(process.execPath, [join(PROTO_FOLDER, 'generate.ts'), '--out', folder]);
    for (const file of ['otlp.js', 'otlp.d.ts']) {
      const isUpToDate = read(join(folder, file)) === read(join(PROTO_FOLDER, 'generated', file));
      expect({ file, isUpToDate }).toEqual({ file, isUpToDate: true });
    }
  });
});

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
