import { MemoryLimitStore } from '../../../lib/adapters/memory/memory-limit-store.ts';
import { describeLimitStore } from '../../contract/limit-store.contract.ts';

describeLimitStore('MemoryLimitStore', () => new MemoryLimitStore());
