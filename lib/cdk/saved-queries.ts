import { CfnNamedQuery } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { readQueryFiles } from '../adapters/query-files.ts';
import { parseNamedQuery } from '../athena/named-query.ts';
import { storedQuery } from '../athena/render-query.ts';

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
        description: query.title,
        queryString: storedQuery(query, props.tenants),
      });
    }
  }
}
