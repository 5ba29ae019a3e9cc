import { MemoryKeyTables } from '../../../lib/adapters/memory/memory-key-tables.ts';
import { describeKeyTables } from '../../contract/key-tables.contract.ts';

describeKeyTables('MemoryKeyTables', () => new MemoryKeyTables());
