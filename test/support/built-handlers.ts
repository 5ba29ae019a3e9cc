import { buildHandlers } from '../../scripts/build/handlers.ts';

/** The constructs deploy the handlers that `npm run build` has bundled: before the tests, those of the sources as they are now. */
export async function setup(): Promise<void> {
  await buildHandlers();
}
