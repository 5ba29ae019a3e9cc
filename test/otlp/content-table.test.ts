import { describe, expect, it } from 'vitest';
import { ContentTable } from '../../lib/otlp/content-table.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('ContentTable', () => {
  it('numbers what is continued with the same bytes alike, wherever they lie', () => {
    const table = new ContentTable();
    const bytes = bytesOf('one two one one');
    const [one, two, again] = [
      table.continued(-1, bytes, 0, 3),
      table.continued(-1, bytes, 4, 7),
      table.continued(-1, bytes, 8, 11),
    ];
    expect([one, two, again]).toEqual([0, 1, 0]);
    expect(table.continued(one, bytes, 12, 15)).toBe(2);
    expect(table.continued(two, bytes, 12, 15)).not.toBe(table.continued(one, bytes, 12, 15));
    expect(table.continued(-2, bytes, 0, 3)).not.toBe(one);
    expect(table.continued(one, bytes, 3, 3)).not.toBe(one);
  });

  it('tells long contents apart that are as long and begin alike', () => {
    const table = new ContentTable();
    const bytes = bytesOf('x'.repeat(20_000));
    const contents = Array.from({ length: 3 }, (_, i) => {
      bytes[19_999] = i;
      return table.continued(-1, bytes, 0, bytes.length);
    });
    expect(new Set(contents).size).toBe(3);
    // The pieces that they have in common are there once.
    expect(table.size).toBe(Math.ceil(20_000 / 1024) + 2);
  });

  it.each([0, 1, 1023, 1024, 1025, 2048, 20_000])(
    'knows a text of %i units again, and none that it begins with',
    (length) => {
      const table = new ContentTable();
      const text = 'ü'.repeat(length);
      expect([table.addText(text), table.addText(text)]).toEqual([true, false]);
      expect([table.addText(`${text}x`), table.addText(`${text}${'x'.repeat(1024)}`)]).toEqual([true, true]);
      if (length > 0) expect(table.addText(text.slice(1))).toBe(true);
      expect(table.addText(text)).toBe(false);
    },
  );
});
