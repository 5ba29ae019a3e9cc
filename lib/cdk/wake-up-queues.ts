import { CfnDeletionPolicy, Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import { retentionProblems, retriesMs } from '../pipeline/retention.ts';
import { MAX_DECISION_WAIT_MS } from '../sampling/config/parse-block.ts';
import { defaultChild } from './acknowledge.ts';

/** Deliveries before a message is dead-lettered: with the visibility timeout, more than an hour of failures. */
const MAX_RECEIVE_COUNT = 10;
/** Longer than spans wait in the buffer, so that decide reports those that expire: SQS would delete the wake-up without a word. */
const QUEUE_RETENTION = Duration.days(4);
/** A dead letter keeps the time when it was first sent, so this must be longer than the retention of the queue itself. */
const DEAD_LETTER_RETENTION = Duration.days(14);

/** Properties of the queues. */
export interface WakeUpQueuesProps {
  /** How long a delivered message stays hidden: at least six timeouts of the function and its batch window. */
  readonly visibilityTimeout: Duration;
  /** Your own KMS key. @default keys that SQS owns, at no cost */
  readonly encryptionKey?: IKey;
}

/**
 * The wake-up queue and its dead-letter queue. A lost wake-up is a lost trace, so both survive an update that would replace
 * them.
 *
 * @example
 * ```ts
 * pipeline.wakeUps.grantRedrive(onCallRole);
 * ```
 */
export class WakeUpQueues extends Construct {
  /** Wake-ups, delayed by the decision wait. */
  readonly queue: Queue;
  /** Wake-ups that could not be settled. */
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: WakeUpQueuesProps) {
    super(scope, id);
    const common: QueueProps = {
      enforceSSL: true,
      ...(props.encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: props.encryptionKey }),
    };
    const problems = retentionProblems({
      bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
      queueRetentionMs: QUEUE_RETENTION.toMilliseconds(),
      deadLetterRetentionMs: DEAD_LETTER_RETENTION.toMilliseconds(),
      longestWaitMs: MAX_DECISION_WAIT_MS,
      retriesMs: retriesMs(props.visibilityTimeout.toMilliseconds(), MAX_RECEIVE_COUNT),
    });
    if (problems.length > 0) throw new Error([`${this.node.path} would lose spans:`, ...problems].join('\n  '));
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', { ...common, retentionPeriod: DEAD_LETTER_RETENTION });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      retentionPeriod: QUEUE_RETENTION,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    for (const queue of [this.queue, this.deadLetterQueue]) {
      const { cfnOptions } = defaultChild<CfnQueue>(queue);
      cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
      cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    }
  }

  /**
   * Lets a principal send dead letters back to the queue, as `tailgate redrive` does.
   *
   * @example
   * ```ts
   * pipeline.wakeUps.grantRedrive(onCallRole);
   * ```
   */
  grantRedrive(grantee: IGrantable): Grant {
    const receive = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'];
    const grant = this.deadLetterQueue
      .grant(grantee, ...receive.map((action) => `sqs:${action}`))
      .combine(this.queue.grant(grantee, 'sqs:SendMessage'));
    const key = this.queue.encryptionMasterKey;
    return key === undefined ? grant : grant.combine(key.grantEncryptDecrypt(grantee));
  }
}
