import type { TextEntry } from './attribute-texts.ts';

export interface EventValue {
  readonly time_ns: bigint | null;
  readonly name: string | null;
  readonly attributes: readonly TextEntry[];
}

export interface LinkValue {
  readonly trace_id: string | null;
  readonly span_id: string | null;
}

export type PartValue =
  | string
  | number
  | bigint
  | null
  | readonly (string | null)[]
  | readonly TextEntry[]
  | readonly EventValue[]
  | readonly LinkValue[];

/** A row of a part: its columns by name (`PART_COLUMNS`); what is left out is NULL. Timestamps are milliseconds since the epoch. */
export type PartRow = { readonly record: 'span' | 'trace' } & Readonly<Record<string, PartValue>>;
