import type { Metrics } from '../../pipeline/metrics.ts';
import { countFailure } from '../meter-calls.ts';
import type { ParameterReads } from './parameter-reads.ts';

/** Counts the reads that were throttled, or failed in a way that may pass, as `meterCalls` does for clients of the SDK. */
export function meterParameterReads(reads: ParameterReads, metrics: Metrics): ParameterReads {
  const counted = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      countFailure(error, metrics);
      throw error;
    }
  };
  return {
    getParameter: (input) => counted(reads.getParameter(input)),
    getParametersByPath: (input) => counted(reads.getParametersByPath(input)),
  };
}
