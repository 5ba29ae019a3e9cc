import { describeLimitStore } from '../contract/limit-store.contract.ts';
import { MemoryLimitStore } from './memory-limit-store.ts';

describeLimitStore('MemoryLimitStore', () => new MemoryLimitStore());
