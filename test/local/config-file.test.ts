import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../lib/local/config-file.ts';
import { CommandError } from '../../lib/terminal/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const YAML = 'num_traces: 5\npolicies: [{ name: träge, type: always_sample }]\n';

function fileOf(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe('readConfigFile', () => {
  it.each([
    { what: 'without', bytes: Buffer.from(YAML) },
    { what: 'with', bytes: Buffer.from(`\ufeff${YAML}`) },
  ])('reads UTF-8 $what a byte order mark', ({ what, bytes }) => {
    const file = fileOf(what, bytes);
    const { config, warnings } = readConfigFile(file);
    expect(config.policies.map(({ name }) => name)).toEqual(['träge']);
    expect(warnings).toEqual([expect.stringMatching(`^${file}:1: num_traces: is ignored`)]);
  });

  it.each([
    { what: 'UTF-16', bytes: Buffer.from(`\ufeff${YAML}`, 'utf16le'), message: ': is UTF-16, ' },
    { what: 'Latin-1', bytes: Buffer.from(YAML, 'latin1'), message: ':2: is not UTF-8 from here on, ' },
  ])('says what is wrong with $what', ({ what, bytes, message }) => {
    const file = fileOf(what, bytes);
    expect(() => readConfigFile(file)).toThrow(CommandError);
    expect(() => readConfigFile(file)).toThrow(`${file}${message}`);
  });

  it('refuses a Collector file with another processor, and notes what has no effect here', () => {
    const pipelines = (processors: string) =>
      Buffer.from(`processors: { tail_sampling: { policies: [{ name: all, type: always_sample }] } }
service: { pipelines: { traces: { receivers: [otlp], processors: [${processors}, tail_sampling], exporters: [otlp] } } }`);
    expect(() => readConfigFile(fileOf('lost', pipelines('redaction')))).toThrow(
      /lost:2: service\.pipelines\.traces\.processors\[0\]: "redaction" /,
    );
    expect(readConfigFile(fileOf('noted', pipelines('batch')))).toMatchObject({
      warnings: [],
      notes: [expect.stringMatching(/noted:2: .*: batch: not needed here/), expect.stringMatching(/not to otlp$/)],
    });
  });

  it('says that it is a directory', () => {
    expect(() => readConfigFile(folder)).toThrow(/cannot be read: it is a directory; expected a file$/);
  });

  it('says that there is no file', () => {
    expect(() => readConfigFile(join(folder, 'none'))).toThrow(/none cannot be read: there is no such file/);
  });
});
