import { describe, expect, it } from 'vitest';
import { createLogger } from '../../functions/shared/logger.ts';
import { jsonText } from '../../lib/terminal/show.ts';
import { capturedStdout } from '../support/captured-stdout.ts';

// CSI in one character, which some terminals obey; DEL; a line separator; a mark that reverses what follows.
const HOSTILE = 'a\u009b2Jb\u007f\u2028\u202e\u001b';
const ESCAPED = String.raw`a\u009b2Jb\u007f\u2028\u202e\u001b`;

describe('JSON on standard output', () => {
  it('escapes what would command the terminal, in names and values, and stays the same value', () => {
    const value = { [HOSTILE]: [HOSTILE, 1, null], umlaut: '\u00fc' };
    const json = jsonText(value);
    expect(json).toBe(`{"${ESCAPED}":["${ESCAPED}",1,null],"umlaut":"\u00fc"}`);
    expect(JSON.parse(json)).toEqual(value);
    expect(JSON.parse(jsonText(value, 2))).toEqual(value);
  });

  it('does so in the lines of the log', async () => {
    const lines = await capturedStdout(async () =>
      createLogger({ verbose: false }).info('refused', {
        userAgent: HOSTILE,
        error: new Error(HOSTILE),
        nested: [HOSTILE],
      }),
    );
    const line = lines.join('');
    expect(line.split(ESCAPED)).toHaveLength(5);
    expect(line).not.toMatch(/[\u007f-\u009f\u2028\u202e]/);
    expect(JSON.parse(line)).toMatchObject({ userAgent: HOSTILE, error: { message: HOSTILE }, nested: [HOSTILE] });
  });
});
