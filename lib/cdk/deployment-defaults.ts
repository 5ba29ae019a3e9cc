/**
 * What a pipeline is deployed with unless told otherwise, where others count on it as well: the estimate of its costs. No
 * imports, so that they need not load the CDK.
 */

/** Most wake-ups for one decide invocation. */
export const WAKE_UP_BATCH_SIZE = 25;
/** How long wake-ups are collected for one decide invocation. */
export const WAKE_UP_BATCH_WINDOW_SECONDS = 20;
/** At 1769 MB a function has one whole processor, and the code uses one thread. */
export const FUNCTION_MEMORY_MB = 1769;
