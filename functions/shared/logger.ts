import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

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
