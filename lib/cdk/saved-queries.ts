import { CfnNamedQuery } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { readQueryFiles } from '../adapters/query-files.ts';
import { type NamedQuery, parseNamedQuery } from '../athena/named-query.ts';
import { askedValues, storedQuery } from '../athena/render-query.ts';

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

/** With the values that the console asks for, because it shows no more of them than that there are some. */
function description(query: NamedQuery, tenants: boolean): string {
  const asked = askedValues(query, tenants);
  const again = asked.map((name, index) => (asked.indexOf(name) < index ? `${name} again` : name));
  return asked.length === 0 ? query.title : `${query.title}. Asks for, in this order: ${again.join(', ')}`;
}
