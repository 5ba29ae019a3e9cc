/** Dollars and cents: `$1,234.50`, or `< $0.01`. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.005) return '< $0.01';
  return `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** Whole dollars, for figures that are known no better: `$1,234`. */
export function wholeDollars(usd: number): string {
  return usd > 0 && usd < 1 ? '< $1' : `$${Math.round(usd).toLocaleString('en')}`;
}

/** A count in three or four digits: `12.3`, `1,234`, `121.7 M`. */
export function amount(count: number): string {
  const text = (value: number, digits: number) => value.toLocaleString('en', { maximumFractionDigits: digits });
  if (count >= 1e12) return `${text(count / 1e9, 0)} G`;
  if (count >= 1e9) return `${text(count / 1e9, 2)} G`;
  if (count >= 1e6) return `${text(count / 1e6, 1)} M`;
  return text(count, count < 10 ? 2 : count < 100 ? 1 : 0);
}

/** To two digits, as much as an estimate can be worth: `480,000`. */
export function roughly(count: number): string {
  return count.toLocaleString('en', { maximumSignificantDigits: 2 });
}

/** `2.4 times`. */
export function times(factor: number): string {
  return `${factor.toLocaleString('en', { maximumSignificantDigits: 2 })} times`;
}
