import { CfnNamedQuery } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { type NamedQuery, parseNamedQuery } from '../archive/tables/named-query.ts';
import { askedValues, storedQuery } from '../archive/tables/render-query.ts';
import { readQueryFiles } from '../aws/filesystem/query-files.ts';

export interface SavedQueriesProps {
  readonly databaseName: string;
  readonly workGroupName: string;
  /** Whether each query has to name a tenant. */
  readonly tenants: boolean;
}

/** The library of queries, where Athena's console shows it. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    for (const { name, text } of readQueryFiles()) {
      const query = parseNamedQuery(name, text);
      new CfnNamedQuery(this, name, {
        database: props.databaseName,
        workGroup: props.workGroupName,
        name,
        description: description(query, props.tenants),
        queryString: storedQuery(query, props.tenants),
      });
    }
  }
}

/**
 * With the values that the console asks for, because it shows no more of them than that there are some. What is typed there is
 * SQL: a text needs its quotes.
 */
function description(query: NamedQuery, tenants: boolean): string {
  const asked = askedValues(query, tenants);
  if (asked.length === 0) return query.title;
  const forms = asked.map((name, index) => (asked.indexOf(name) < index ? `${name} again` : formOf(query, name)));
  return `${query.title}. Asks for, in this order, texts with their single quotes: ${forms.join(', ')}`;
}

/** A value as it is typed: `key 'enduser.id'`, `tenant 'name'`. */
function formOf({ parameters }: NamedQuery, name: string): string {
  const parameter = parameters.find((one) => one.name === name);
  if (parameter?.type === 'trace_id') return `${name} '32 lower-case hex digits'`;
  if (parameter !== undefined && parameter.type !== 'text') return `${name} (${parameter.type})`;
  return `${name} '${/such as (\S+)$/.exec(parameter?.meaning ?? '')?.[1] ?? 'name'}'`;
}
