import { describeArchiveFolders } from '../contract/archive-folders.contract.ts';
import { MemoryArchiveFolders } from './memory-archive-folders.ts';

describeArchiveFolders('MemoryArchiveFolders', async () => new MemoryArchiveFolders());
