import { type Command, defineCommand } from '../../terminal/define-command.ts';
import { file, flag, text } from '../../terminal/option.ts';
import { unknownOption } from '../../terminal/parse-command-line.ts';
import { QUERY_NAMES } from '../query/query-names.ts';
import { nameAndSql } from '../query/question.ts';
import { atMostOneOf, data, TIME_PARAGRAPH } from './options.ts';

const LIBRARY_ONLY = 'goes with a query of the library: a statement of your own says it';
/** What every query of the library takes, and a statement does not. */
const OF_THE_LIBRARY: Readonly<Record<string, string>> = {
  from: `--from ${LIBRARY_ONLY}, WHERE dt >= '…' AND start_time >= …`,
  to: `--to ${LIBRARY_ONLY}, WHERE start_time < …`,
  tenant: `--tenant ${LIBRARY_ONLY}, WHERE tenant = '…'`,
};

export const query: Command = defineCommand({
  name: 'query',
  summary: 'ask the kept traces a question in SQL, or a query of the library',
  description:
    'Runs one SQL statement, or a query of the library, over the kept traces: on the local archive (in the dialect of DuckDB) ' +
    'or, with --stack, on a deployed one (Athena, in the dialect of Trino). Without a query it lists the views, their columns ' +
    `and examples.\n\n${TIME_PARAGRAPH} Every query of the library takes --from (default: -24h) and --to (default: now), and its ` +
    'own parameters: --list shows them.',
  options: {
    name: text({
      placeholder: 'QUERY',
      completes: QUERY_NAMES,
      help: 'a query of the library; QUERY alone means the same',
    }),
    list: flag({ help: 'show the queries of the library and their parameters' }),
    data,
    stack: text({
      placeholder: 'NAME',
      help: 'query the archive of this deployed stack with Athena; Ctrl-C cancels the query',
    }),
    prices: file({ help: 'file with prices of another region, to price the query; see "tailgate cost"' }),
    json: flag({ help: 'one JSON object per row and line, for programs' }),
  },
  positionals: {
    question: text({
      placeholder: 'SQL|QUERY',
      completes: QUERY_NAMES,
      help: 'one statement in double quotes, or a query',
    }),
  },
  excess: 'put the SQL in double quotes',
  others: 'a parameter of the query, such as --service shop',
  examples: [
    ['tailgate query', 'which views and columns are there?'],
    ['tailgate query "SELECT root_service, count(*) AS kept FROM traces GROUP BY 1"', 'in SQL'],
    ['tailgate query errors --from -6h', 'a query of the library'],
    ['tailgate query slow-requests --stack Tailgate --from -2d', 'the same query on a deployed stack'],
  ],
  exits: { 0: 'the query ran; the answer may have no rows', 1: 'it could not run' },
  check({ question, name: given, others = {} }, isGiven) {
    const { name } = nameAndSql({ question, name: given });
    const problems = [...atMostOneOf(isGiven, ['stack', 'data'])];
    if (isGiven('prices') && !isGiven('stack'))
      problems.push('--prices goes with --stack: the local archive costs nothing');
    if (isGiven('name') && question !== undefined) {
      problems.push('expected a query by its name, and no statement: put the SQL in double quotes');
    }
    if (name !== undefined) return problems;
    for (const option of Object.keys(others))
      problems.push(
        Object.hasOwn(OF_THE_LIBRARY, option) ? String(OF_THE_LIBRARY[option]) : unknownOption(query, `--${option}`),
      );
    return problems;
  },
  checkMore: async (input) => (await import('../query/library.ts')).namedProblems(input),
  load: async () => (await import('../query/run-query.ts')).runQuery,
});
