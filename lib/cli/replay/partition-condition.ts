import { textLiteral } from '../../archive/tables/query-value.ts';
import type { PartitionRange } from '../../aws/archive-objects.ts';

/** The same hours in SQL, on the partitions alone: nothing else is read. */
export function partitionCondition({ first, last }: PartitionRange): string {
  return [...bound(first, '>'), ...bound(last, '<'), 'true'].join(' AND ');
}

function bound(partition: string | undefined, side: '>' | '<'): string[] {
  if (partition === undefined) return [];
  const [, dt = '', hour = ''] = /^dt=(.+)\/hour=(.+)$/.exec(partition) ?? [];
  const day = textLiteral(dt);
  return [`dt ${side}= ${day}`, `(dt ${side} ${day} OR hour ${side}= ${Number(hour)})`];
}
