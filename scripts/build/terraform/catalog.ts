import { COMPACTED_HOURS_VIEW } from '../../../lib/archive/tables/compacted-hours.ts';
import { conditionalOf, isList, isNoValue, isObject, type Json } from '../cloudformation/template.ts';
import { argument, type Block, block, type Entry, Raw } from './hcl.ts';
import type { Properties } from './properties.ts';
import { resource, type Translation, type Translator, taken } from './resources.ts';

/** Translations of the tables and queries of the archive. */
export const CATALOG: Readonly<Record<string, Translator>> = {
  'AWS::Glue::Database': {
    type: 'aws_glue_catalog_database',
    words: ['Database'],
    file: 'catalog.tf',
    translate: database,
  },
  'AWS::Glue::Table': { type: 'aws_glue_catalog_table', file: 'catalog.tf', translate: table },
  'AWS::Athena::WorkGroup': {
    type: 'aws_athena_workgroup',
    words: ['WorkGroup'],
    file: 'queries.tf',
    translate: workGroup,
  },
  'AWS::Athena::NamedQuery': { type: 'aws_athena_named_query', file: 'queries.tf', translate: namedQuery },
};

function database(translation: Translation): readonly Block[] {
  const { properties, expressions } = translation;
  const input = properties.nested('DatabaseInput');
  properties.expect('CatalogId', { Ref: 'AWS::AccountId' });
  const body =
    input === undefined
      ? []
      : taken(input, expressions, [
          ['Name', 'name'],
          ['Description', 'description'],
        ]);
  input?.done();
  return [resource(translation, 'aws_glue_catalog_database', body)];
}

function table(translation: Translation): readonly Block[] {
  const { properties, expressions, logicalId } = translation;
  // The provider's default.
  properties.expect('CatalogId', { Ref: 'AWS::AccountId' });
  const databaseName = argument('database_name', expressions.of(properties.required('DatabaseName')));
  const input = properties.nested('TableInput');
  if (input === undefined) throw new Error(`${logicalId}: expected TableInput`);
  const name = input.required('Name');
  const body: Entry[] = [
    ...translation.count,
    argument('name', expressions.of(name)),
    databaseName,
    ...taken(input, expressions, [
      ['Description', 'description'],
      ['TableType', 'table_type'],
      ['Parameters', 'parameters'],
      ['ViewOriginalText', 'view_original_text'],
      ['ViewExpandedText', 'view_expanded_text'],
    ]),
    ...columns('partition_keys', input.take('PartitionKeys'), translation),
    ...storage(input.nested('StorageDescriptor'), translation),
    // The compact function writes the view anew each hour.
    ...(name === COMPACTED_HOURS_VIEW
      ? [block('lifecycle', [argument('ignore_changes', [new Raw('view_original_text')])])]
      : []),
  ];
  input.done();
  return [block('resource', body, ['aws_glue_catalog_table', translation.name])];
}

function storage(descriptor: Properties | undefined, translation: Translation): readonly Block[] {
  if (descriptor === undefined) return [];
  const { expressions } = translation;
  const serde = descriptor.nested('SerdeInfo');
  const settings =
    serde === undefined
      ? []
      : taken(serde, expressions, [
          ['SerializationLibrary', 'serialization_library'],
          ['Parameters', 'parameters'],
        ]);
  const body = [
    ...taken(descriptor, expressions, [
      ['Location', 'location'],
      ['InputFormat', 'input_format'],
      ['OutputFormat', 'output_format'],
    ]),
    ...columns('columns', descriptor.take('Columns'), translation),
    // Athena wants it of a view too, and the provider sends no empty one.
    ...(serde === undefined
      ? []
      : [block('ser_de_info', settings.length > 0 ? settings : [argument('serialization_library', '-')])]),
  ];
  serde?.done();
  descriptor.done();
  return [block('storage_descriptor', body)];
}

/** One block for each column would be some hundred blocks. */
function columns(type: string, value: Json | undefined, translation: Translation): readonly Block[] {
  if (!isList(value) || value.length === 0) return [];
  const list = value.map((element): Json => {
    const conditional = conditionalOf(element);
    if (conditional === undefined) return inSnakeCase(element, translation);
    const { condition, whenTrue, whenFalse } = conditional;
    if (!isNoValue(whenFalse)) throw new Error(`${translation.logicalId}: a column that is one of two`);
    return { 'Fn::If': [condition, inSnakeCase(whenTrue, translation), whenFalse] };
  });
  const each = ['name', 'type', 'comment'].map((name) => argument(name, new Raw(`${type}.value.${name}`)));
  return [block('dynamic', [argument('for_each', translation.expressions.of(list)), block('content', each)], [type])];
}

function inSnakeCase(column: Json, { logicalId }: Translation): Json {
  if (!isObject(column)) throw new Error(`${logicalId}: expected a column, got ${JSON.stringify(column)}`);
  const { Name = null, Type = null, Comment = null, ...others } = column;
  if (Object.keys(others).length > 0)
    throw new Error(`${logicalId}: no translation for ${Object.keys(others).join(', ')} of a column`);
  return { name: Name, type: Type, comment: Comment };
}

function workGroup(translation: Translation): readonly Block[] {
  const { properties, expressions, logicalId } = translation;
  const configuration = properties.nested('WorkGroupConfiguration');
  const engine = configuration?.nested('EngineVersion');
  const results = configuration?.nested('ResultConfiguration');
  const encryption = results?.nested('EncryptionConfiguration');
  if (configuration === undefined || engine === undefined || results === undefined || encryption === undefined) {
    throw new Error(`${logicalId}: expected a configuration with an engine and encrypted results`);
  }
  const body = [
    ...taken(properties, expressions, [
      ['Name', 'name'],
      ['Description', 'description'],
      ['RecursiveDeleteOption', 'force_destroy'],
    ]),
    block('configuration', [
      ...taken(configuration, expressions, [
        ['EnforceWorkGroupConfiguration', 'enforce_workgroup_configuration'],
        ['BytesScannedCutoffPerQuery', 'bytes_scanned_cutoff_per_query'],
        ['PublishCloudWatchMetricsEnabled', 'publish_cloudwatch_metrics_enabled'],
      ]),
      block('engine_version', taken(engine, expressions, [['SelectedEngineVersion', 'selected_engine_version']])),
      block('result_configuration', [
        ...taken(results, expressions, [['OutputLocation', 'output_location']]),
        block('encryption_configuration', taken(encryption, expressions, [['EncryptionOption', 'encryption_option']])),
      ]),
    ]),
  ];
  for (const nested of [configuration, engine, results, encryption]) nested.done();
  return [resource(translation, 'aws_athena_workgroup', body)];
}

function namedQuery(translation: Translation): readonly Block[] {
  return [
    resource(
      translation,
      'aws_athena_named_query',
      taken(translation.properties, translation.expressions, [
        ['Name', 'name'],
        ['Description', 'description'],
        ['Database', 'database'],
        ['WorkGroup', 'workgroup'],
        ['QueryString', 'query'],
      ]),
    ),
  ];
}
