import type { Log } from '../../functions/shared/log.ts';

/** Tests are quiet. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
