/**
 * Name of the TTL attribute by table. It lives as long as the process, because provisioning sets it again at every
 * start.
 */
export type TimeToLiveSettings = Map<string, string>;

interface Answer {
  readonly status: number;
  readonly answer: unknown;
}

interface Request {
  readonly TableName?: unknown;
  readonly TimeToLiveSpecification?: { readonly AttributeName?: unknown; readonly Enabled?: unknown } | null;
}

/**
 * Answers UpdateTimeToLive and DescribeTimeToLive, which dynalite does not have. It does not check whether the table
 * exists.
 */
export function answerTimeToLive(
  operation: 'UpdateTimeToLive' | 'DescribeTimeToLive',
  body: string,
  settings: TimeToLiveSettings,
): Answer {
  const request: Request = JSON.parse(body);
  const table = request.TableName;
  if (typeof table !== 'string') return invalid('TableName must be a string');
  if (operation === 'DescribeTimeToLive') {
    const attribute = settings.get(table);
    const description =
      attribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
    return { status: 200, answer: { TimeToLiveDescription: description } };
  }
  const { AttributeName: attribute, Enabled: enabled } = request.TimeToLiveSpecification ?? {};
  if (typeof attribute !== 'string' || typeof enabled !== 'boolean') {
    return invalid('TimeToLiveSpecification must have AttributeName and Enabled');
  }
  if (enabled) settings.set(table, attribute);
  else settings.delete(table);
  return { status: 200, answer: { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } } };
}

function invalid(message: string): Answer {
  return { status: 400, answer: { __type: 'com.amazon.coral.validate#ValidationException', message } };
}
