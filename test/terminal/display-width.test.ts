import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth, fitToWidth } from '../../lib/terminal/table.ts';

describe('displayWidth', () => {
  // Widths from UAX 11 (East Asian Width) and the emoji presentation rule of UTS 51.
  it.each([
    { text: '', width: 0 },
    { text: 'POST /checkout', width: 14 },
    { text: 'naïve café', width: 10 },
    { text: 'e\u0301', width: 1 },
    { text: '支付', width: 4 },
    { text: '결제', width: 4 },
    { text: 'ﾊﾝｶｸ', width: 4 },
    { text: 'ＡＢ', width: 4 },
    { text: '🛒', width: 2 },
    { text: '👩‍💻', width: 2 },
    { text: '❤️', width: 2 },
    { text: 'a\u200bb', width: 2 },
    { text: 'оплата', width: 6 },
    { text: '─│█', width: 3 },
  ])('of "$text" is $width', ({ text, width }) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  it.each([
    { text: 'payment', width: 7, cut: 'payment' },
    { text: 'payment', width: 6, cut: 'payme…' },
    { text: '支付服务', width: 6, cut: '支付…' },
    { text: '支付服务', width: 4, cut: '支…' },
    { text: 'payment', width: 1, cut: '…' },
    { text: 'payment', width: 0, cut: '' },
  ])('cuts "$text" to $width columns as "$cut"', ({ text, width, cut }) => {
    expect(cutToWidth(text, width)).toBe(cut);
  });
});

describe('fitToWidth', () => {
  it('fills what a wide character leaves over', () => {
    expect(fitToWidth('支付服务', 4)).toBe('支… ');
  });

  it('aligns to the right', () => {
    expect(fitToWidth('12', 5, 'right')).toBe('   12');
  });
});
