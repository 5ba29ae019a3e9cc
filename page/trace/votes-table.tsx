import type { VoteJson } from '../../lib/pipeline/explain/report-json.ts';
import type { Json } from '../shared/api.ts';
import { Columns } from '../shared/columns.tsx';
import { TableBox } from '../shared/table-box.tsx';

const VOTES: Readonly<Record<VoteJson['vote'], readonly [words: string, look: string]>> = {
  sampled: ['keeps it', 'good'],
  not_sampled: ['no', ''],
  dropped: ['drops it', 'error'],
  failed: ['failed', 'error'],
  not_evaluated: ['not asked', 'muted'],
};

interface VotesTableProps {
  readonly votes: readonly Json<VoteJson>[];
  /** It was decided before, maybe otherwise. */
  readonly isDecided: boolean;
}

/** The vote of each policy, with what it saw beside what it keeps. Sub-policies are below theirs. */
export function VotesTable({ votes, isDecided }: VotesTableProps) {
  return (
    <TableBox label="The vote of each policy">
      <table class="stacked">
        <caption>
          The vote of each policy, as of now
          {isDecided && ': limits and shares may have been others when it was decided, and so may the policies'}.
        </caption>
        <Columns columns={['Policy', 'Vote', 'Of this trace', 'The policy']} />
        <tbody>
          {votes.map((vote, index) => (
            // A sub-policy may have no name.
            <VoteRows key={`${vote.policy} ${index}`} vote={vote} depth={0} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

interface VoteRowsProps {
  readonly vote: Json<VoteJson>;
  /** 0: a policy; more: a sub-policy. */
  readonly depth: number;
}

function VoteRows({ vote: of, depth }: VoteRowsProps) {
  const { policy, type, vote, saw, keeps, parts = [] } = of;
  const [words, look] = VOTES[vote];
  return (
    <>
      <tr>
        <th scope="row" style={{ paddingLeft: `${depth * 1.2}rem` }}>
          {depth > 0 && <span aria-hidden="true">↳ </span>}
          {policy === '' ? type : policy}
        </th>
        <td>
          <span class={`tag ${look}`}>{words}</span>
        </td>
        <td>{saw}</td>
        <td class="muted">
          {type === 'drop' ? 'drops' : 'keeps'} {keeps}
        </td>
      </tr>
      {parts.map((part, index) => (
        <VoteRows key={`${part.policy} ${index}`} vote={part} depth={depth + 1} />
      ))}
    </>
  );
}
