import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../lib/aws/dynamodb/schema.ts';

/** The expressions of DynamoDB, as far as the adapters use them: conditions of AND and OR, `SET` with additions, `ADD`. */

export interface ExpressionValues {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

export function holds(condition: string, item: Item | undefined, values: ExpressionValues): boolean {
  return condition
    .split(' OR ')
    .some((all) => all.split(' AND ').every((comparison) => holdsComparison(comparison, item, values)));
}

const EXISTENCE = /^attribute_(not_)?exists\((#\w+)\)$/;
const COMPARISON = /^(#\w+) (=|<|<=|>|>=) (:\w+)$/;

function holdsComparison(comparison: string, item: Item | undefined, values: ExpressionValues): boolean {
  const existence = EXISTENCE.exec(comparison);
  if (existence !== null) return (item?.[nameOf(existence[2], values)] === undefined) === (existence[1] === 'not_');
  const [, name, operator, value] = COMPARISON.exec(comparison) ?? unknown(comparison);
  const attribute = item?.[nameOf(name, values)];
  if (attribute === undefined) return false;
  const [left, right] = [comparable(attribute), comparable(operand(value, values))];
  if (typeof left !== typeof right) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

/** The item after an update. */
export function updated(expression: string, item: Item, values: ExpressionValues): Item {
  const after = { ...item };
  const [, set = '', add = ''] = /^SET (.*?)(?: ADD (.*))?$/.exec(expression) ?? unknown(expression);
  for (const assignment of set.split(', ')) {
    const [, name, from, operator, value] =
      /^(#\w+) = (?:(#\w+) ([+-]) )?(:\w+)$/.exec(assignment) ?? unknown(assignment);
    const change = operand(value, values);
    after[nameOf(name, values)] =
      from === undefined ? change : sum(item[nameOf(from, values)], change, operator === '-' ? -1n : 1n);
  }
  for (const addition of add === '' ? [] : add.split(', ')) {
    const [name, value] = addition.split(' ');
    const key = nameOf(name, values);
    after[key] = sum(after[key] ?? { N: '0' }, operand(value, values), 1n);
  }
  return after;
}

function sum(left: AttributeValue | undefined, right: AttributeValue, sign: bigint): AttributeValue {
  if (left?.N === undefined || right.N === undefined) throw new Error('only numbers can be added');
  return { N: String(BigInt(left.N) + sign * BigInt(right.N)) };
}

function comparable({ S, N }: AttributeValue): string | bigint {
  if (S !== undefined) return S;
  if (N !== undefined) return BigInt(N);
  throw new Error('only texts and whole numbers are compared');
}

function nameOf(placeholder: string | undefined, { ExpressionAttributeNames }: ExpressionValues): string {
  return ExpressionAttributeNames?.[placeholder ?? ''] ?? unknown(`${placeholder}`);
}

export function operand(
  placeholder: string | undefined,
  { ExpressionAttributeValues }: ExpressionValues,
): AttributeValue {
  return ExpressionAttributeValues?.[placeholder ?? ''] ?? unknown(`${placeholder}`);
}

function unknown(expression: string): never {
  throw new Error(`the simulated table does not know "${expression}": teach it`);
}
