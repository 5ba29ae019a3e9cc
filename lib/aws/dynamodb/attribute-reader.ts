import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './item-size.ts';

/** An item lacks an attribute, or it has another type: not written by this version. */
export class UnreadableItemError extends Error {
  override readonly name = 'UnreadableItemError';

  constructor(attribute: string, expected: string, found: AttributeValue | undefined) {
    const got = found === undefined ? 'nothing' : `type ${Object.keys(found).join()}`;
    super(`buffer item: attribute "${attribute}" must be ${expected}, got ${got}`);
  }
}

export function text(item: Item, attribute: string): string {
  const value = item[attribute];
  if (value?.S === undefined) throw new UnreadableItemError(attribute, 'a string', value);
  return value.S;
}

export function number(item: Item, attribute: string): number {
  const value = item[attribute];
  if (value?.N === undefined) throw new UnreadableItemError(attribute, 'a number', value);
  return Number(value.N);
}

export function wholeNumber(item: Item, attribute: string): number {
  const whole = number(item, attribute);
  if (!Number.isSafeInteger(whole)) throw new UnreadableItemError(attribute, 'a whole number', item[attribute]);
  return whole;
}

/** A whole number of any size. */
export function bigNumber(item: Item, attribute: string): bigint {
  const value = item[attribute];
  const parts = /^(-?\d+)(?:E\+?(\d+))?$/i.exec(value?.N ?? '');
  if (parts === null) throw new UnreadableItemError(attribute, 'a whole number', value);
  return BigInt(parts[1] ?? 0) * 10n ** BigInt(parts[2] ?? 0);
}

export function list(item: Item, attribute: string): readonly AttributeValue[] {
  const value = item[attribute];
  if (value?.L === undefined) throw new UnreadableItemError(attribute, 'a list', value);
  return value.L;
}
