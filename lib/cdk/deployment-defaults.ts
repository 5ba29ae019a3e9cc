/**
 * Defaults of a deployment that the cost estimate uses too. This file imports nothing, so that the estimate does not load the
 * CDK.
 */

/** The most wake-ups for one decide invocation. */
export const WAKE_UP_BATCH_SIZE = 25;
/** Time to collect wake-ups for one decide invocation. */
export const WAKE_UP_BATCH_WINDOW_SECONDS = 20;
/** At 1769 MB a function has one whole vCPU, and the code uses one thread. */
export const FUNCTION_MEMORY_MB = 1769;
