import { CfnDeletionPolicy, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { defaultChild } from './acknowledge.ts';

/** Deliveries before a message goes to the dead letters: with the visibility timeout, more than an hour of failing. */
const MAX_RECEIVE_COUNT = 10;

export interface WakeUpQueuesProps {
  /** How long a delivered message stays hidden: at least six timeouts of the function and its batch window. */
  readonly visibilityTimeout: Duration;
  /** @default keys that SQS owns, without cost */
  readonly encryptionKey?: IKey;
}

/**
 * The queue of wake-ups and the one of its dead letters. A lost wake-up is a lost trace, so both survive an update that
 * would replace them.
 */
export class WakeUpQueues extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: WakeUpQueuesProps) {
    super(scope, id);
    const common: QueueProps = {
      enforceSSL: true,
      ...(props.encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: props.encryptionKey }),
    };
    // A dead letter keeps the time of its first sending, so that this must be longer than the queue's own retention.
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    for (const queue of [this.queue, this.deadLetterQueue]) {
      const { cfnOptions } = defaultChild<CfnQueue>(queue);
      cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
      cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    }
  }
}
