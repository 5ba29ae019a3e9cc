/**
 * A promise that was broken.
 * - `lost`: an acknowledged span of a kept trace is not in the archive. `lost trace`: nothing of a trace is, that the policies keep
 * - `double`: a span is in the archive twice
 * - `kept`: a trace is in the archive that no policies have sampled
 * - `several decisions`: on one trace
 * - `foreign`: a line or a span in the archive is not what was sent
 * - `overwritten`: an archive object was written twice
 * - `only in memory`: something was acknowledged that is not durable
 * - `unreported`: something could not be settled, and no dead letter names it. `dead letters`: some are left that could be settled
 * - `not isolated`: a trace that kills has taken others to the dead letters with it
 * - `metrics`: do not agree with what happened
 * - `error`: the pipeline failed by itself. `no rest`: it never stops
 */
export interface Violation {
  readonly kind:
    | 'lost'
    | 'lost trace'
    | 'double'
    | 'kept'
    | 'several decisions'
    | 'foreign'
    | 'overwritten'
    | 'only in memory'
    | 'unreported'
    | 'dead letters'
    | 'not isolated'
    | 'metrics'
    | 'error'
    | 'no rest';
  readonly message: string;
}
