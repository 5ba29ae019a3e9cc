/** Starts the engines in the folder given, says `ready <dynamo url> <queue and objects url>`, and waits to be killed. */
import { join } from 'node:path';
import { startDynamo } from './dynamo.ts';
import { startQueueAndObjects } from './queue-and-objects.ts';

const folder = process.argv[2] ?? '';
const dynamo = await startDynamo({ path: join(folder, 'buffer'), sweepPeriodMs: 0 });
const queueAndObjects = await startQueueAndObjects({ queueDir: join(folder, 'queue'), objectDir: folder });
process.stdout.write(`ready ${dynamo.url} ${queueAndObjects.url}\n`);
