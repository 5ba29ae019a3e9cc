// Loaded before the runtime interface client: it was installed without its native addon, which needs a C++ compiler.
import { registerHooks } from 'node:module';

const client = new URL('./runtime-api-client.cjs', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === './rapid-client.node') return { url: client, format: 'commonjs', shortCircuit: true };
    return next(specifier, context);
  },
});
