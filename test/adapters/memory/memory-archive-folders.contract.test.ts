import { MemoryArchiveFolders } from '../../../lib/adapters/memory/memory-archive-folders.ts';
import { describeArchiveFolders } from '../../contract/archive-folders.contract.ts';

describeArchiveFolders('MemoryArchiveFolders', async () => new MemoryArchiveFolders());
