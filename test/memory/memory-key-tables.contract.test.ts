import { describeKeyTables } from '../contract/key-tables.contract.ts';
import { MemoryKeyTables } from './memory-key-tables.ts';

describeKeyTables('MemoryKeyTables', () => new MemoryKeyTables());
