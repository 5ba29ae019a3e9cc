import { describeKeyOrder, describeObjectStore } from '../contract/object-store.contract.ts';
import { MemoryObjectStore } from './memory-object-store.ts';

describeObjectStore('MemoryObjectStore', async () => new MemoryObjectStore());
describeKeyOrder('MemoryObjectStore', async () => new MemoryObjectStore());
