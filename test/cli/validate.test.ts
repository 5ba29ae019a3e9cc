import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { validate as command } from '../../lib/cli/commands/validate.ts';
import { runValidate, type ValidateInput } from '../../lib/cli/validate.ts';
import { runWith } from '../support/run-command.ts';

/** Runs the command in this process, on files that are only here. */
async function validate(argv: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const read = (file: string) => {
    const text = files[file];
    if (text === undefined) throw new Error(`no such file: ${file}`);
    return typeof text === 'string' ? new TextEncoder().encode(text) : text;
  };
  const ran = await runWith<ValidateInput>(command, argv, (input, terminal) => runValidate(input, terminal, { read }));
  return { code: ran.code, out: ran.lines.join('\n'), complaints: ran.complaints };
}

const VALID = `decision_wait: 90s
decision_wait_after_root_received: 250ms
sample_on_first_match: true
num_traces: 100
policies:
  - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
  - name: health-checks
    type: drop
    drop: { drop_sub_policy: [{ type: string_attribute, string_attribute: { key: url.path, values: [/healthz] } }] }
`;
const BROKEN = `tail_sampling:
  num_traces: 100
  policies:
    - { name: slow, type: latancy }
    - { name: slow, type: latency, latency: { threshold_ms: 1s } }
`;

describe('validate', () => {
  it('says in plain words what a valid configuration keeps', async () => {
    expect(await validate(['a.yaml'], { 'a.yaml': VALID })).toEqual({
      code: 0,
      out: `a.yaml:4: warning: num_traces: is ignored: waiting spans are kept in the buffer table, however many traces there are
a.yaml: valid, 1 warning

Decides 90 s after the first spans of a trace arrive, or 250 ms after its root span if that is sooner.
Evaluates no policy after the first that keeps a trace.
Never keeps, whatever other policies say:
  health-checks  every trace that has url.path equal to "/healthz"
Keeps:
  slow           every trace that takes longer than 1000 ms`,
      complaints: [],
    });
  });

  it('reports every error and warning with file, line and path', async () => {
    const { code, out } = await validate(['b.yaml'], { 'b.yaml': BROKEN });
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        /^b\.yaml:4: error: tail_sampling\.policies\[0\]\.type: unknown .*did you mean "latency"\?$/,
      ),
      'b.yaml:5: error: tail_sampling.policies[1].name: another policy already has the name "slow"',
      'b.yaml:5: error: tail_sampling.policies[1].latency.threshold_ms: expected a whole number, got "1s"',
      expect.stringMatching(/^b\.yaml:2: warning: tail_sampling\.num_traces: is ignored/),
      'b.yaml: not valid, 3 errors, 1 warning',
    ]);
  });

  it('reports what else a Collector would run: errors, then notes, which are not counted', async () => {
    const file = (tailgate: string) => `processors:
  redaction: {}
  batch: {}
  tail_sampling: { policies: [{ name: all, type: always_sample }]${tailgate} }
service:
  pipelines:
    traces: { receivers: [otlp], processors: [redaction, tail_sampling, batch], exporters: [otlp] }
`;
    const notes = [
      'c.yaml:7: note: service.pipelines.traces.processors: batch: not needed here, no effect on what is kept',
      'c.yaml:7: note: service.pipelines.traces.exporters[0]: Tailgate writes kept traces to its archive, not to otlp',
    ];
    expect(await validate(['c.yaml'], { 'c.yaml': file('') })).toEqual({
      code: 1,
      out: [
        'c.yaml:7: error: service.pipelines.traces.processors[0]: "redaction" removes and masks attributes, which Tailgate does not. Run it before Tailgate, or add it to tailgate: { ignore_processors: [redaction] } in tail_sampling',
        ...notes,
        'c.yaml: not valid, 1 error',
      ].join('\n'),
      complaints: [],
    });
    const ignored = file(', tailgate: { ignore_processors: [redaction] }');
    const { code, out } = await validate(['c.yaml'], { 'c.yaml': ignored });
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 3)).toEqual([...notes, 'c.yaml: valid']);
    const json = JSON.parse((await validate(['--json', 'c.yaml'], { 'c.yaml': ignored })).out);
    expect(json).toMatchObject({ valid: true, notes: [{ line: 7 }, { line: 7 }] });
  });

  it('checks several files, and fails when one of them does', async () => {
    const { code, out } = await validate(['a.yaml', 'none.yaml', 'b.yaml'], { 'a.yaml': VALID, 'b.yaml': BROKEN });
    expect(code).toBe(1);
    expect(out).toContain(
      '\n\nnone.yaml: error: cannot be read: no such file: none.yaml\nnone.yaml: not valid, 1 error\n\nb.',
    );
  });

  it('checks tailgate.yaml when no file is named, and the standard input for -', async () => {
    expect((await validate([], { 'tailgate.yaml': VALID })).out).toContain('tailgate.yaml: valid');
    expect((await validate(['-'], { '-': VALID })).out).toContain('standard input: valid');
  });

  it('writes one JSON object per file for programs', async () => {
    const { code, out } = await validate(['--json', 'a.yaml', 'b.yaml'], { 'a.yaml': VALID, 'b.yaml': BROKEN });
    const [a, b] = out.split('\n').map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(a).toMatchObject({
      file: 'a.yaml',
      valid: true,
      errors: [],
      warnings: [{ path: 'num_traces', line: 4 }],
      summary: {
        keeps: [{ policy: 'slow', traces: 'every trace that takes longer than 1000 ms' }],
        neverKeeps: [{ policy: 'health-checks' }],
      },
    });
    expect(b).toMatchObject({ file: 'b.yaml', valid: false, errors: [{ line: 4 }, { line: 5 }, { line: 5 }] });
    expect(b).not.toHaveProperty('summary');
  });

  it.each(['RulesVersion: 2\nSamplers: { __default__: { DeterministicSampler: { SampleRate: 1 } } }', 'Samplers: {}'])(
    'says that %j looks like rules of Refinery',
    async (rules) => {
      const { code, out } = await validate(['rules.yaml'], { 'rules.yaml': rules });
      expect(code).toBe(1);
      expect(out).toMatch(/^rules\.yaml:1: error: \w+: this looks like a rules file of Refinery; only tail_sampling /);
    },
  );

  it.each([
    { what: 'UTF-8 with a byte order mark', bytes: Buffer.from(`\ufeff${VALID}`), line: 'c.yaml: valid, 1 warning' },
    {
      what: 'UTF-16 as PowerShell writes it',
      bytes: Buffer.from(`\ufeff${VALID}`, 'utf16le'),
      line: expect.stringMatching(/^c\.yaml: error: is UTF-16, .* expected UTF-8: Get-Content FILE .*iconv -f UTF-16/),
    },
    {
      what: 'UTF-16, big endian',
      bytes: Buffer.from(`\ufeff${VALID}`, 'utf16le').swap16(),
      line: expect.stringMatching(/^c\.yaml: error: is UTF-16, /),
    },
    {
      what: 'UTF-16 without a mark',
      bytes: Buffer.from(VALID, 'utf16le'),
      line: expect.stringMatching(/^c\.yaml: error: is UTF-16, /),
    },
    {
      what: 'Latin-1',
      bytes: Buffer.from(VALID.replace('slow', 'träge'), 'latin1'),
      line: expect.stringMatching(
        /^c\.yaml:6: error: is not UTF-8 from here on, perhaps Latin-1 .* iconv -f WINDOWS-1252/,
      ),
    },
    { what: 'UTF-8', bytes: Buffer.from(VALID.replace('slow', 'träge')), line: expect.stringContaining(':4: warning') },
  ])('reads UTF-8, and says what to do about anything else: $what', async ({ bytes, line }) => {
    const lines = (await validate(['c.yaml'], { 'c.yaml': bytes })).out.split('\n');
    expect(lines).toContainEqual(line);
  });

  it('sends nothing to the terminal that it would obey', async () => {
    const text = 'policies: [{ name: "\\u001b[31m\\u202e", type: always_sample }]';
    expect((await validate(['x.yaml'], { 'x.yaml': text })).out).toContain('  \\u001b[31m\\u202e');
  });

  it('says that a configuration of drop policies keeps nothing', async () => {
    const text = 'policies: [{ name: a, type: drop, drop: { drop_sub_policy: [{ type: always_sample }] } }]';
    expect((await validate(['x.yaml'], { 'x.yaml': text })).out).toMatch(/ {2}a {2}every trace\nKeeps nothing\.$/);
  });

  it('answers a wrong flag with what it may be, and does nothing', async () => {
    const { code, out, complaints } = await validate(['--jsn', '--json=yes']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(complaints).toEqual([
      'error: unknown option --jsn; did you mean "--json"?',
      'error: --json takes no value, got "yes"',
      'tailgate validate --help shows what it takes',
    ]);
  });

  it('runs as a process, on standard input', () => {
    const out = execFileSync(process.execPath, ['bin/tailgate.mjs', 'validate', '-'], {
      input: VALID,
      encoding: 'utf8',
    });
    expect(out).toContain('standard input: valid, 1 warning\n');
  });
});
