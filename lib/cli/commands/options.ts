import { MS_PER_DAY } from '../../archive/hours.ts';
import { isTenantName, TENANT_NAME_RULE } from '../../archive/layout.ts';
import { parseTraceId, TRACE_ID_FORMS } from '../../archive/trace-id.ts';
import { parseTime, TIME_FORMS } from '../../archive/window.ts';
import { folder, optionName, parsed, text } from '../../terminal/option.ts';

/** Where `start` keeps everything, and where commands look for it. */
export const DATA_FOLDER = '.tailgate';

/** The demo's own folder, the only one that it ever clears. */
export const DEMO_FOLDER = '.tailgate-demo';

// Options that several commands have, so that the same word means the same in each.

export const data = folder({ default: DATA_FOLDER, help: 'data folder of the local run' });

export const stack = text({ placeholder: 'NAME', help: 'the deployed stack' });

/** `--from` and `--to`, which begin and end every window. The text stays as it is: a command knows its own clock. */
export function time<const Given extends { readonly help: string; readonly group?: string }>(spec: Given) {
  return parsed({ ...spec, placeholder: 'TIME', read: readTime });
}

function readTime(given: string): string {
  if (parseTime(given, 0) !== undefined) return given;
  const receiver = /^https?:/.test(given) ? '; a receiver is given with --endpoint' : '';
  throw new Error(`expected ${TIME_FORMS}${receiver}`);
}

/** Bytes on the disk: `500MB`, `1.5 GiB`. */
export function size<const Given extends SizeSpec>(spec: Given) {
  return parsed({
    ...spec,
    placeholder: 'SIZE',
    read(given: string): number {
      const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]i?b)$/i.exec(given) ?? [];
      const bytes = Number(number) * (BYTES_OF[unit.toLowerCase()] ?? Number.NaN);
      if (bytes >= spec.min) return Math.floor(bytes);
      throw new Error(`expected a size such as 500MB or 2GB, at least ${spec.min / 1e6}MB`);
    },
  });
}

interface SizeSpec {
  readonly help: string;
  /** Bytes: whole megabytes. */
  readonly min: number;
  readonly default: number;
  readonly defaultText: string;
}

const BYTES_OF: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** How long something stays, in whole days: `7d`. The value is in milliseconds. */
export function days<const Given extends { readonly help: string }>(spec: Given) {
  return parsed({
    ...spec,
    placeholder: 'DAYS',
    read(given: string): number {
      const count = Number(/^(\d{1,4})d$/.exec(given)?.[1]);
      if (count >= 1) return count * MS_PER_DAY;
      throw new Error('expected whole days such as 7d, at least 1d');
    },
  });
}

/** What a `TIME` may be, for descriptions. */
export const TIME_PARAGRAPH = `TIME is ${TIME_FORMS}.`;

/** One trace, by its ID as logs have it. */
export function traceId<
  const Given extends { readonly help: string; readonly required?: true; readonly repeatable?: true },
>(spec: Given) {
  return parsed({ ...spec, placeholder: 'ID', read: readTraceId });
}

/** A trace ID as logs have it, in 32 hex digits. @throws {Error} with what is expected */
function readTraceId(text: string): string {
  const id = parseTraceId(text);
  if (id === undefined) throw new Error(`expected ${TRACE_ID_FORMS}`);
  return id;
}

export function tenant<const Given extends { readonly help: string; readonly group?: string }>(spec: Given) {
  return parsed({
    ...spec,
    placeholder: 'TENANT',
    read(given: string) {
      if (isTenantName(given)) return given;
      throw new Error(`expected ${TENANT_NAME_RULE}`);
    },
  });
}

/** A problem when not exactly one of these options is given: they name one thing in several ways. */
export function exactlyOneOf(isGiven: (name: string) => boolean, names: readonly string[]): readonly string[] {
  const shown = names.map(optionName);
  const given = names.filter(isGiven).length;
  if (given === 1) return [];
  return [given === 0 ? `expected ${shown.join(' or ')}` : `expected one of ${shown.join(' and ')}, got ${given}`];
}

/** A problem when more than one of these options is given. */
export function atMostOneOf(isGiven: (name: string) => boolean, names: readonly string[]): readonly string[] {
  const given = names.filter(isGiven).map(optionName);
  return given.length < 2 ? [] : [`expected one of ${names.map(optionName).join(', ')}, got ${given.join(' and ')}`];
}
