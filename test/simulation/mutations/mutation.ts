import type { SourceChange } from '../mutate.ts';

/** A mistake in the protocol that the simulation must find. */
export interface Mutation extends SourceChange {
  readonly name: string;
  /** What goes wrong. */
  readonly why: string;
}
