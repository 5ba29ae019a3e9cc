import type { Log } from '../../functions/shared/logger.ts';

/** Tests are quiet. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
