import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigTextError, decodeConfigText, encodeConfigText } from '../../../lib/aws/ssm/config-text.ts';

describe('the text of a configuration as a parameter', () => {
  it('stays what it is while it fits in the standard tier', () => {
    const text = `# ${'x'.repeat(4094)}`;
    expect(encodeConfigText(text)).toBe(text);
  });

  it('is compressed above that', () => {
    const text = `# ${'x'.repeat(4095)}`;
    const value = encodeConfigText(text);
    expect(value.slice(0, 5)).toBe('gzip:');
    expect(gunzipSync(Buffer.from(value.slice(5), 'base64')).toString()).toBe(text);
  });

  it('counts bytes, not characters', () => {
    expect(encodeConfigText('ü'.repeat(2048))).toBe('ü'.repeat(2048));
    expect(encodeConfigText('ü'.repeat(2049))).toMatch(/^gzip:/);
  });

  it.each(['a: "{{ssm:other}}"', 'gzip: not compressed'])(
    'is compressed where a parameter cannot hold it: %s',
    (text) => {
      expect(encodeConfigText(text)).toMatch(/^gzip:[\w+/=]+$/);
      expect(decodeConfigText(encodeConfigText(text))).toBe(text);
    },
  );

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 6000 }), (text) => {
        fc.pre(text.trim() !== '' && text.isWellFormed());
        expect(decodeConfigText(encodeConfigText(text))).toBe(text);
      }),
    );
  });

  it('is refused with its sizes when no tier holds it', () => {
    const text = randomBytes(6200).toString('hex');
    expect(() => encodeConfigText(text)).toThrow(ConfigTextError);
    expect(() => encodeConfigText(text)).toThrow(/has 12400 bytes and is \d{4,5} compressed: .* holds 8192 at most/);
    expect(() => encodeConfigText(' \n')).toThrow('the configuration is empty');
  });

  it.each(['gzip:', 'gzip:####', `gzip:${Buffer.from('no gzip').toString('base64')}`])(
    'is not read out of %s',
    (value) => {
      expect(() => decodeConfigText(value)).toThrow(ConfigTextError);
    },
  );
});
