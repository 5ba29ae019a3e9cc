import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ODD_SPANS } from '../support/odd-json.ts';
import { READERS, readLines } from './readers.ts';
import { spansSaid } from './spans-said.ts';

const [COLLECTOR] = READERS;

describe.skipIf(COLLECTOR?.missing() !== undefined)('odd JSON', () => {
  let program: ReturnType<NonNullable<typeof COLLECTOR>['prepare']> | undefined;
  beforeAll(() => {
    program = COLLECTOR?.prepare();
  });
  afterAll(() => program?.remove());

  it.each(Object.entries(ODD_SPANS))('the Collector does as the table says: %s', async (_, odd) => {
    if (program === undefined) throw new Error('the reader has not been built');
    const line = (members: string) =>
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'ab'.repeat(16)}","spanId":"${'cd'.repeat(8)}"` +
      `${members === '' ? '' : `,${members}`}}]}]}]}`;
    const [answer, ordinary] = await readLines(program, [line(odd.members), line(odd.readAs ?? '')]);
    const isRefused = odd.collector === undefined ? odd.readAs === undefined : odd.collector === 'refuses';
    if (isRefused) {
      expect(answer).toHaveProperty('error');
    } else if (odd.readAs === undefined) {
      expect(answer).not.toHaveProperty('error');
    } else {
      expect(saidBy(answer)).toEqual(saidBy(ordinary));
    }
  });
});

function saidBy(answer: Awaited<ReturnType<typeof readLines>>[number] | undefined) {
  if (answer === undefined || 'error' in answer) throw new Error(`refused: ${answer?.error}`);
  return spansSaid([answer.tracesData]);
}
