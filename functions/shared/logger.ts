import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** What the functions write their structured log lines to; Powertools' `Logger` is one. */
export interface Log {
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** One JSON object a line, with what is the same in every line left out. */
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

export function createLogger(options: { readonly verbose: boolean }): Logger {
  return new Logger({ logLevel: options.verbose ? 'DEBUG' : 'INFO', logFormatter: new LineFormatter() });
}
