import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { jsonText } from '../../lib/terminal/show.ts';

declare global {
  interface JSON {
    /** Of Node.js 22, and not yet of TypeScript: stands for this piece of JSON, as it is. */
    rawJSON(json: string): object;
  }
}

/**
 * Where the functions write structured log lines. Messages and field names are listed in docs/operations.md, where queries of the
 * logs rely on them. Powertools' `Logger` implements it.
 */
export interface Log {
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** One JSON object per line, without the fields that Powertools repeats in every line (service, function name, memory …). */
class LineFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, message, timestamp, lambdaContext } = attributes;
    const requestId = lambdaContext?.awsRequestId;
    const base = { level: logLevel, message, timestamp: this.formatTimestamp(timestamp) };
    return new LogItem({ attributes: { ...base, ...(requestId !== undefined && { requestId }) } }).addAttributes(
      additional,
    );
  }
}

/** The logger of a deployed function. @param options.verbose whether lines of the level DEBUG are written */
export function createLogger(options: { readonly verbose: boolean }): Logger {
  return new Logger({
    logLevel: options.verbose ? 'DEBUG' : 'INFO',
    logFormatter: new LineFormatter(),
    // Clients write parts of it, such as the user agent, and the log of `tailgate start` is shown on a terminal.
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? JSON.rawJSON(jsonText(value)) : value),
  });
}
