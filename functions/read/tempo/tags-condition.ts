import type { Condition, Field } from '../../../lib/read/condition.ts';
import { HttpError } from '../http.ts';

/** Tags of Tempo's API before TraceQL that are no attributes. */
const FIELDS: Readonly<Record<string, Field>> = {
  'service.name': { of: 'span', name: 'service' },
  name: { of: 'span', name: 'name' },
  'root.service.name': { of: 'trace', name: 'rootService' },
  'root.name': { of: 'trace', name: 'rootName' },
};

/** The field of a tag in the API before TraceQL. */
export function tagField(key: string): Field {
  const known = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
  return known ?? { of: 'attribute', scope: 'any', key };
}

const PAIR = /\s*([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?!\S)/y;

/**
 * What the parameter `tags` asks for, in logfmt: `service.name=cart http.url="a b"`. One span has all of it; values are parts of those
 * of the span, in either case.
 *
 * @throws {HttpError}
 */
export function tagsCondition(tags: string): Condition | undefined {
  const all = new Map<string, Condition>();
  const text = tags.trimEnd();
  for (let at = 0; at < text.length; at = PAIR.lastIndex) {
    PAIR.lastIndex = at;
    const [, key, quoted, plain = ''] = PAIR.exec(text) ?? [];
    if (key === undefined)
      throw new HttpError(400, `invalid tags: expected key=value at pos ${at + 1}, got ${text.slice(at)}`);
    if (all.has(key)) throw new HttpError(400, `invalid tags: tag ${key} has been set twice`);
    all.set(key, tagCondition(key, quoted === undefined ? plain : unquoted(quoted)));
  }
  return all.size === 0 ? undefined : { all: [...all.values()] };
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    throw new HttpError(400, `invalid tags: "${text}" is not a text in quotes`);
  }
}

function tagCondition(key: string, value: string): Condition {
  const status = (code: string): Condition => ({ field: { of: 'span', name: 'status' }, operator: '=', value: code });
  if (key === 'status.code') {
    if (!['ok', 'error', 'unset'].includes(value)) {
      throw new HttpError(400, `invalid tags: status.code is ok, error or unset, got ${value}`);
    }
    return status(value.toUpperCase());
  }
  const pattern = `(?i).*${value.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')}.*`;
  const isPart: Condition = { field: tagField(key), operator: '=~', value: pattern };
  return key === 'error' && value === 'true' ? { any: [status('ERROR'), isPart] } : isPart;
}
