import { CommandError } from '../terminal/errors.ts';
import { excerpt } from '../text/messages.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { LIST_PRICES, type Price, type PriceList, type PriceName } from './prices.ts';

const KEYS = ['region', 'date', 'prices'];
const NAMES = Object.keys(LIST_PRICES.prices);

/**
 * Reads prices of another region or a contract, which replace the list prices: `{ "region": "eu-central-1", "date":
 * "2026-12-01", "prices": { "sqsRequest": 0.4 } }`, in US dollars for the quantity that the list price is for.
 *
 * @throws {CommandError} with everything that is wrong in the file
 */
export function readPrices(file: string, text: string): PriceList {
  const issues: string[] = [];
  const complain = (path: string, message: string) => void issues.push(`${file}: ${path}${path && ': '}${message}`);
  const document = parse(file, text);
  if (!isObject(document))
    throw new CommandError([`${file}: expected a JSON object with ${list(KEYS)}, got ${show(document)}`]);
  for (const key of Object.keys(document)) if (!KEYS.includes(key)) complain(key, unknown(key, KEYS));
  const label = (key: 'region' | 'date') => {
    const value = document[key] ?? (key === 'date' ? 'date not given' : 'region not given');
    if (typeof value === 'string' && /^[\x20-\x7e]{1,40}$/.test(value)) return value;
    complain(key, `expected a text of 1 to 40 plain characters, got ${show(value)}`);
    return '';
  };
  const [region, date] = [label('region'), label('date')];
  const given = document['prices'];
  const prices: Record<PriceName, Price> = { ...LIST_PRICES.prices };
  if (!isObject(given)) complain('prices', `expected an object of prices by name, got ${show(given)}`);
  for (const [name, usd] of Object.entries(isObject(given) ? given : {})) {
    const path = `prices.${name}`;
    if (!isPriceName(name)) complain(path, unknown(name, NAMES));
    else if (typeof usd !== 'number' || !(usd >= 0 && usd < 1e6)) {
      const { per, of } = prices[name];
      complain(path, `expected US dollars for ${per.toLocaleString('en')} ${of}, 0 or more, got ${show(usd)}`);
    } else prices[name] = { ...prices[name], usd, note: file };
  }
  if (issues.length > 0) throw new CommandError(issues);
  return { region, date, prices };
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError([`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPriceName(name: string): name is PriceName {
  return NAMES.includes(name);
}

function unknown(name: string, known: readonly string[]): string {
  return `unknown; expected ${list(known)}${didYouMean(name, known)}`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function show(value: unknown): string {
  return excerpt(JSON.stringify(value) ?? 'nothing');
}
