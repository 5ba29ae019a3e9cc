import type { Command } from '../terminal/define-command.ts';
import { optionName } from '../terminal/option.ts';

/**
 * What to say when npm has taken options for itself: `npm start --port 5000`, without a `--`, starts with the usual port. npm
 * leaves such options in the environment, as `npm_config_port`. Undefined: it has taken none.
 *
 * @param environment of a process that `npm start` or `npm run demo` may have started
 */
export function swallowedByNpm(
  environment: Readonly<Record<string, string | undefined>>,
  command: Command,
): string | undefined {
  const script = environment['npm_lifecycle_event'];
  if (script !== command.name) return undefined;
  const options = Object.entries(command.options).filter(([name]) => {
    const variable = `npm_config_${optionName(name).slice(2).replaceAll('-', '_')}`;
    return environment[variable] !== undefined;
  });
  if (options.length === 0) return undefined;
  const npm = script === 'start' ? 'npm start' : `npm run ${script}`;
  const meant = options
    .map(([name, { placeholder }]) => [optionName(name), placeholder ?? ''].join(' ').trim())
    .join(' ');
  const names = options.map(([name]) => optionName(name)).join(' and ');
  return `npm has taken ${names} for itself: put a -- before, as in "${npm} -- ${meant}", or use "npx tailgate ${command.name} ${meant}"`;
}
