import { TARGETS } from './targets.ts';
import { seedsOf } from './target.ts';
for (const [name, t] of Object.entries(TARGETS)) for (const [i, s] of seedsOf(t).entries()) { try { await t.fuzz(s); console.log(name, i, 'ok'); } catch (e) { console.log(name, i, e); } }
