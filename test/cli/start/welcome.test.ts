import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Welcome, welcomeLines } from '../../../lib/cli/start/welcome.ts';
import { configFrom } from '../../support/sampling-config.ts';

const WELCOME: Welcome = {
  running: { url: 'http://127.0.0.1:4318', grpcUrl: 'http://127.0.0.1:4317' },
  config: configFrom(readFileSync('tailgate.yaml', 'utf8')),
  configFile: 'tailgate.yaml',
  dataDir: '.tailgate',
  retentionMs: undefined,
  host: '127.0.0.1',
  keys: [],
};

const said = (welcome: Partial<Welcome> = {}, width = 120) =>
  welcomeLines({ ...WELCOME, ...welcome }, width).join('\n');

describe('what tailgate start says first', () => {
  it('is the page, where to send, who may, where data lies, what is kept, and when it is decided', () => {
    const text = said();
    expect(text).toContain('  page      http://127.0.0.1:4318 in a browser');
    expect(text).toContain('  send to   http://127.0.0.1:4318 (OTLP/HTTP) or http://127.0.0.1:4317 (OTLP/gRPC)');
    expect(text).toContain('accepts spans from anyone who can connect; --ingest-key KEY');
    expect(text).toContain('shows kept traces to anyone who can connect; --read-key KEY');
    expect(text).toContain(`  data      ${resolve('.tailgate')}\n            kept traces stay until you delete them;`);
    expect(text).toContain('Decides 30 s after the first spans of a trace arrive');
    expect(text).toMatch(/^ {2}errors {9}every trace that has a span with status ERROR$/m);
  });

  it('names an address that a browser can go to, and keys that are asked for', () => {
    const running = { url: 'http://0.0.0.0:4318' };
    const text = said({ running, host: '0.0.0.0', keys: ['a', 'b'], retentionMs: 7 * 86_400_000 });
    expect(text).toContain('page      http://127.0.0.1:4318 in');
    expect(text).toContain('send to   http://0.0.0.0:4318 (OTLP/HTTP)\n');
    expect(text).toContain('accepts spans only with one of 2 ingest keys');
    expect(text).toContain('shows kept traces to nobody');
    expect(text).toContain('kept traces stay for 7 days');
  });

  it.each([80, 120])('fits %i columns, also with many policies of long names', (width) => {
    const policies = Array.from({ length: 40 }, (_, at) => ({
      name: `policy ${at} ${'x'.repeat(at)}`,
      type: 'always_sample',
    }));
    const config = configFrom(JSON.stringify({ policies }));
    for (const welcome of [{}, { config, dataDir: 'a folder/'.repeat(3) }]) {
      const lines = welcomeLines({ ...WELCOME, ...welcome }, width);
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      expect(lines.length).toBeLessThan(40);
    }
    expect(said({ config })).toContain('and 28 more ("tailgate validate" lists them)');
  });
});
