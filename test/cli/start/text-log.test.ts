import { describe, expect, it } from 'vitest';
import { TextLog } from '../../../lib/cli/start/text-log.ts';
import { RecordingTerminal } from '../../support/recording-terminal.ts';

function textLog({ width = 80, verbose = false } = {}) {
  const terminal = new RecordingTerminal({ width });
  return { terminal, log: new TextLog(terminal, { verbose, policies: ['errors', 'slow', 'sample-of-all'] }) };
}

const BATCH = { sampled: 9, byPolicy: { errors: 2, slow: 1, 'sample-of-all': 6 }, notSampled: 21 };

describe('the log for a person', () => {
  it('says a batch in one line of 80 columns, and the time of day where there is room for it', () => {
    const narrow = textLog();
    narrow.log.info('decision batch', BATCH);
    expect(narrow.terminal.lines).toEqual([
      '30 traces decided: 9 kept (2 errors, 1 slow, 6 sample-of-all), 21 not sampled',
    ]);
    const wide = textLog({ width: 120 });
    wide.log.info('decision batch', BATCH);
    expect(wide.terminal.lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}30 traces decided: .* not sampled$/),
    ]);
  });

  it('never writes beyond the last column', () => {
    for (const width of [40, 80, 120]) {
      const { terminal, log } = textLog({ width, verbose: true });
      log.warn('refused', { status: 401, reason: 'no key at all '.repeat(20), userAgent: 'a b c', alsoRefused: 3 });
      log.info('decision batch', { ...BATCH, lateSpans: 1_000_000, rescued: 4 });
      log.debug('ingest', { spans: 12, fragments: 3, rejectedSpans: 0, bytes: 1234 });
      expect(terminal.lines.length).toBeGreaterThan(3);
      expect(terminal.lines.filter((line) => line.length > width)).toEqual([]);
    }
  });

  it('prints what was decided before what happened after it', () => {
    const { terminal, log } = textLog();
    log.info('decision batch', BATCH);
    log.info('decision batch', { notSampled: 1 });
    log.info('stopping', { signal: 'SIGINT' });
    expect(terminal.lines.slice(1)).toEqual([
      '1 trace decided: 1 not sampled',
      'stopping (SIGINT): spans that wait for their decision stay on the disk',
    ]);
  });

  it.each([
    [
      'refused',
      { status: 401, reason: 'no valid ingest key', userAgent: 'OTel-Python/1.30', alsoRefused: 0 },
      'warning: answered 401, to OTel-Python/1.30: no valid ingest key',
    ],
    [
      'refused',
      { status: 400, reason: 'TLS', userAgent: undefined, alsoRefused: 7 },
      'warning: answered 400: TLS (and 7 more in the last minute)',
    ],
    [
      'dead letter',
      { traceIds: ['a', 'b'], fragments: 3, reason: 'too large' },
      'warning: set aside 3 fragments of trace a and 1 more: too large; "tailgate redrive" decides them again',
    ],
    [
      'overload: refusing spans',
      { reason: 'lag', lagMs: 61_000, undecidedBytes: 5 },
      'warning: overload: decisions are 61.00 s late, so spans are refused, and exporters send them again; send less',
    ],
    ['something new', { some: 1, more: ['a'] }, 'warning: something new: some 1, more ["a"]'],
  ])('says "%s" of %j in words', (message, fields, expected) => {
    const { terminal, log } = textLog({ width: 400 });
    log.warn(message, fields);
    expect(terminal.lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))).toEqual([expected]);
  });

  it('names the cause of an error, and where a defect is in the program', () => {
    const { terminal, log } = textLog({ width: 400 });
    log.error('the disk cannot be written', {
      error: new Error('cannot write x', { cause: Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }) }),
      hint: 'make room',
    });
    expect(terminal.lines).toEqual([
      expect.stringMatching(/error: the disk cannot be written: cannot write x \(ENOSPC: no space\): make room$/),
    ]);
    log.error('request failed', { error: new TypeError('x is not a function') });
    expect(terminal.lines[1]).toContain('error: request failed: x is not a function');
    expect(terminal.lines[2]).toMatch(/^ {4}at .*text-log\.test\.ts/);
  });

  it('tells once what is wrong with a policy, not for each batch', () => {
    const { terminal, log } = textLog({ width: 400 });
    const fields = { notSampled: 1, policyErrors: { 'slow: no such attribute': 5 } };
    log.info('decision batch', fields);
    log.info('decision batch', fields);
    expect(terminal.lines.filter((line) => line.includes('slow: no such attribute'))).toHaveLength(1);
  });

  it('shows nothing that commands the terminal, and cuts what is long', () => {
    const { terminal, log } = textLog({ width: 400 });
    log.warn('refused', { status: 415, reason: `\u001b[2J${'x'.repeat(16_000)}`, userAgent: '\u0007', alsoRefused: 0 });
    expect(['\u001b', '\u0007'].filter((character) => terminal.out.includes(character))).toEqual([]);
    expect(terminal.out.length).toBeLessThan(500);
  });

  it('says requests only when it is asked to', () => {
    const fields = { spans: 12, fragments: 3, rejectedSpans: 0, bytes: 1234 };
    const quiet = textLog();
    quiet.log.debug('ingest', fields);
    expect(quiet.terminal.out).toBe('');
    const verbose = textLog({ verbose: true });
    verbose.log.debug('ingest', fields);
    expect(verbose.terminal.out).toBe('received 12 spans (1.23 KB) for 3 traces\n');
  });
});
