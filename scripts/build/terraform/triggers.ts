import { conditionalOf, isObject } from '../cloudformation/template.ts';
import { argument, type Block, block, Raw } from './hcl.ts';
import { Properties } from './properties.ts';
import { optionalBlock, physicalName, resource, type Translation, type Translator, taken } from './resources.ts';

const FILE = 'functions.tf';

/** Translations of what starts the functions, and may do so. */
export const TRIGGERS: Readonly<Record<string, Translator>> = {
  'AWS::Lambda::EventSourceMapping': {
    type: 'aws_lambda_event_source_mapping',
    file: FILE,
    translate: eventSourceMapping,
  },
  'AWS::Lambda::Permission': { type: 'aws_lambda_permission', file: FILE, translate: permission },
  'AWS::Lambda::Url': {
    type: 'aws_lambda_function_url',
    words: ['FunctionUrl', 'Url'],
    file: FILE,
    translate: functionUrl,
  },
  'AWS::Events::Rule': { type: 'aws_cloudwatch_event_rule', file: FILE, translate: rule },
};

function eventSourceMapping(translation: Translation): readonly Block[] {
  const { properties, expressions } = translation;
  const scaling = properties.nested('ScalingConfig');
  const blocks = [
    resource(translation, 'aws_lambda_event_source_mapping', [
      ...taken(properties, expressions, [
        ['EventSourceArn', 'event_source_arn'],
        ['FunctionName', 'function_name'],
        ['BatchSize', 'batch_size'],
        ['MaximumBatchingWindowInSeconds', 'maximum_batching_window_in_seconds'],
        ['FunctionResponseTypes', 'function_response_types'],
      ]),
      ...(scaling === undefined
        ? []
        : [block('scaling_config', taken(scaling, expressions, [['MaximumConcurrency', 'maximum_concurrency']]))]),
    ]),
  ];
  scaling?.done();
  return blocks;
}

function permission(translation: Translation): readonly Block[] {
  return [
    resource(
      translation,
      'aws_lambda_permission',
      taken(translation.properties, translation.expressions, [
        ['Action', 'action'],
        ['FunctionName', 'function_name'],
        ['Principal', 'principal'],
        ['SourceArn', 'source_arn'],
        ['FunctionUrlAuthType', 'function_url_auth_type'],
        ['InvokedViaFunctionUrl', 'invoked_via_function_url'],
      ]),
    ),
  ];
}

function functionUrl(translation: Translation): readonly Block[] {
  const { properties, expressions, logicalId } = translation;
  const cors = properties.take('Cors');
  const conditional = conditionalOf(cors);
  const settings = conditional?.whenTrue ?? cors;
  const rules =
    settings !== undefined && isObject(settings) ? new Properties(`${logicalId}.Cors`, settings) : undefined;
  const blocks = [
    resource(translation, 'aws_lambda_function_url', [
      ...taken(properties, expressions, [
        ['TargetFunctionArn', 'function_name'],
        ['AuthType', 'authorization_type'],
      ]),
      ...(rules === undefined
        ? []
        : [
            optionalBlock(
              'cors',
              conditional === undefined ? undefined : expressions.test(conditional.condition),
              taken(rules, expressions, [
                ['AllowOrigins', 'allow_origins'],
                ['AllowMethods', 'allow_methods'],
                ['AllowHeaders', 'allow_headers'],
                ['MaxAge', 'max_age'],
              ]),
            ),
          ]),
    ]),
  ];
  rules?.done();
  return blocks;
}

function rule(translation: Translation): readonly Block[] {
  const { properties, expressions, name, count } = translation;
  const ruleName = new Raw(`aws_cloudwatch_event_rule.${name}${count.length > 0 ? '[0]' : ''}.name`);
  const targets = properties.list('Targets').map(({ properties: target }) => {
    const retries = target.nested('RetryPolicy');
    const body = [
      argument('rule', ruleName),
      ...taken(target, expressions, [
        ['Id', 'target_id'],
        ['Arn', 'arn'],
        ['Input', 'input'],
      ]),
      ...(retries === undefined
        ? []
        : [
            block(
              'retry_policy',
              taken(retries, expressions, [
                ['MaximumEventAgeInSeconds', 'maximum_event_age_in_seconds'],
                ['MaximumRetryAttempts', 'maximum_retry_attempts'],
              ]),
            ),
          ]),
    ];
    retries?.done();
    target.done();
    return resource(translation, 'aws_cloudwatch_event_target', body);
  });
  if (targets.length !== 1) throw new Error(`${translation.logicalId}: expected one target, got ${targets.length}`);
  return [
    resource(translation, 'aws_cloudwatch_event_rule', [
      argument('name', physicalName(name)),
      ...taken(properties, expressions, [
        ['Description', 'description'],
        ['ScheduleExpression', 'schedule_expression'],
        ['State', 'state'],
      ]),
    ]),
    ...targets,
  ];
}
