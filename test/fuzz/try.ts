import { TARGETS } from './targets.ts';
import { seedsOf } from './target.ts';
for (const [name, t] of Object.entries(TARGETS)) for (const [i, s] of (await seedsOf(t)).entries()) { try { await t.fuzz(s); 0; } catch (e) { console.log(name, i, e); } }
