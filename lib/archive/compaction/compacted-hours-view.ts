import { compactedHoursView } from '../tables/archive-tables.ts';
import { type CompactedHours, NOTHING_COMPACTED } from '../tables/compacted-hours.ts';
import { PRESTO_VIEW_EXPANDED_TEXT, prestoViewText } from '../tables/presto-view.ts';

/** The name of the view that says which hours are read from Parquet. */
export const COMPACTED_HOURS_VIEW = 'compacted_hours';

/** A parameter of it with the hours as JSON: nobody has to parse SQL to know them. */
const HOURS_PARAMETER = 'tailgate.compacted_hours';

/** A view in the words of Glue's API. */
export interface GlueViewInput {
  readonly Name: string;
  readonly Description: string;
  readonly TableType: 'VIRTUAL_VIEW';
  readonly Parameters: Record<string, string>;
  readonly PartitionKeys: [];
  readonly ViewOriginalText: string;
  readonly ViewExpandedText: string;
  readonly StorageDescriptor: {
    readonly Columns: { readonly Name: string; readonly Type: string; readonly Comment: string }[];
    readonly SerdeInfo: Record<string, never>;
  };
}

/** The view as Glue stores it. @param toBase64 of UTF-8 */
export function compactedHoursInput(
  databaseName: string,
  hours: CompactedHours,
  toBase64: (text: string) => string,
): GlueViewInput {
  const view = compactedHoursView({ databaseName }, hours);
  return {
    Name: view.name,
    Description: view.description,
    TableType: view.tableType,
    Parameters: { ...view.parameters, [HOURS_PARAMETER]: JSON.stringify(hours) },
    PartitionKeys: [],
    ViewOriginalText: prestoViewText(toBase64(JSON.stringify(view.view))),
    ViewExpandedText: PRESTO_VIEW_EXPANDED_TEXT,
    StorageDescriptor: {
      Columns: view.columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment })),
      SerdeInfo: {},
    },
  };
}

/** The hours of a view that Glue has; of one that was only deployed, none. */
export function compactedHoursOf(parameters: Readonly<Record<string, string>> | undefined): CompactedHours {
  const hours = parameters?.[HOURS_PARAMETER];
  return hours === undefined ? NOTHING_COMPACTED : JSON.parse(hours);
}
