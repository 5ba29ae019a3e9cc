import { MemoryArchiveObjects } from '../../../lib/adapters/memory/memory-archive-objects.ts';
import { describeArchiveObjects } from '../../contract/archive-objects.contract.ts';

describeArchiveObjects('MemoryArchiveObjects', async () => new MemoryArchiveObjects());
