import { lineRows } from '../../../../lib/archive/compaction/line-rows.ts';
import { writePart } from '../../../../lib/archive/compaction/part-file.ts';
import { NODE_CODECS } from '../../../../lib/aws/codecs.ts';
import { line, oneSpan } from '../../../cli/query/support/archive-folder.ts';

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** A part with one span, as versions wrote it that took IDs of zeros for IDs. */
export function earlierPart(): Promise<Uint8Array> {
  const rows = lineRows(Buffer.from(JSON.stringify(line(oneSpan({ name: 'earlier' }))))).map((row) => ({
    ...row,
    ...(row.record === 'span' && {
      parent_span_id: NO_SPAN,
      links: [
        { trace_id: NO_TRACE, span_id: NO_SPAN },
        { trace_id: 'ab', span_id: 'cd' },
      ],
      linked_trace_ids: [NO_TRACE, 'ab'],
    }),
  }));
  return writePart({ objects: [], rows }, NODE_CODECS.zstd);
}
