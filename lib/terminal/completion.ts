import type { Command } from './define-command.ts';
import type { Program } from './help.ts';
import { type Completion, type Option, optionName } from './option.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can be typed after a command, of all its actions together. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly (readonly [name: string, option: Option<unknown>])[];
  /** Words that may stand for an argument: the actions, or the choices of one. */
  readonly words: readonly (readonly [word: string, meaning: string])[];
  readonly takesFiles: boolean;
}

/** A script that completes the commands of a program, their actions and their options. It starts nothing: all is in it. */
export function completionScript(shell: Shell, program: Program): string {
  const commands = program.commands.map(completedOf);
  switch (shell) {
    case 'bash':
      return bashScript(program.name, commands);
    case 'zsh':
      return zshScript(program.name, commands);
    case 'fish':
      return fishScript(program.name, commands);
  }
}

function completedOf({ name, summary, options, positionals, subcommands }: Command): Completed {
  const actions = Object.entries(subcommands);
  const all = Object.assign({}, options, ...actions.map(([, action]) => action.options ?? {}));
  const args = [positionals, ...actions.map(([, action]) => action.positionals ?? {})].flatMap(
    Object.values<Option<unknown>>,
  );
  const choices = args.flatMap(({ completes, help }) =>
    typeof completes === 'object' ? completes.map((word) => [word, help] as const) : [],
  );
  return {
    name,
    summary,
    options: Object.entries<Option<unknown>>(all).map(([key, option]) => [optionName(key), option]),
    words: [...actions.map(([word, action]) => [word, action.summary] as const), ...choices],
    takesFiles: args.some(({ completes }) => completes === 'file'),
  };
}

function bashScript(program: string, commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options, words, takesFiles }) => {
    const values = options
      .filter(([, { placeholder }]) => placeholder !== undefined)
      .map(([option, { completes }]) => `        ${option}) ${bashValue(completes)}return ;;`);
    const offered = [...options.map(([option]) => option), '--help', ...words.map(([word]) => word)].join(' ');
    return [
      `    ${name})`,
      ...(values.length > 0 ? ['      case $before in', ...values, '      esac'] : []),
      `      COMPREPLY=($(compgen -W '${offered}' -- "$word"))`,
      ...(takesFiles ? ['      [[ $word == -* ]] || _tailgate_files -f'] : []),
      '      ;;',
    ].join('\n');
  });
  return `# bash completion of ${program}: eval "$(${program} completion bash)"
_${program}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # Names of files may have spaces in them.
  _tailgate_files() { local IFS=$'\\n'; COMPREPLY+=($(compgen "$1" -- "$word")); }
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}
complete -o filenames -F _${program} ${program}`;
}

function bashValue(completes: Completion): string {
  if (typeof completes === 'object') return `COMPREPLY=($(compgen -W '${completes.join(' ')}' -- "$word")); `;
  return completes === undefined ? '' : `_tailgate_files ${completes === 'file' ? '-f' : '-d'}; `;
}

function zshScript(program: string, commands: readonly Completed[]): string {
  const escaped = (text: string) => text.replaceAll("'", '’').replaceAll(/[[\]:\\]/g, '\\$&');
  const action = ({ completes }: Option<unknown>) => {
    if (typeof completes === 'object') return `(${completes.join(' ')})`;
    return completes === undefined ? ' ' : completes === 'file' ? '_files' : '_files -/';
  };
  const cases = commands.map(({ name, options, words, takesFiles }) => {
    const specs = [
      ...options.map(([option, spec]) => {
        const value = spec.placeholder === undefined ? '' : `:${escaped(spec.placeholder)}:${action(spec)}`;
        return `'${spec.isRepeatable ? '*' : ''}${option}[${escaped(spec.help)}]${value}'`;
      }),
      "'--help[help of the command]'",
      ...(words.length > 0
        ? [`'1:action:((${words.map(([word, meaning]) => `${word}\\:"${escaped(meaning)}"`).join(' ')}))'`]
        : []),
      ...(takesFiles ? ["'*:file:_files'"] : []),
    ];
    return `    ${name})\n      _arguments ${specs.join(' \\\n        ')}\n      ;;`;
  });
  return `#compdef ${program}
# zsh completion of ${program}: eval "$(${program} completion zsh)"
_${program}() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map(({ name, summary }) => `      '${name}:${escaped(summary)}'`).join('\n')}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
# In a file of fpath this script is the completion itself, and runs for the first time now.
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi`;
}

function fishScript(program: string, commands: readonly Completed[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ name, summary, options, words, takesFiles }) => {
    const inside = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...(takesFiles ? [`${inside} -F`] : []),
      ...words.map(([word, meaning]) => `${inside} -a ${word} -d ${quote(meaning)}`),
      ...options.map(([option, { placeholder, completes, help }]) => {
        const value =
          placeholder === undefined
            ? ''
            : typeof completes === 'object'
              ? ` -x -a ${quote(completes.join(' '))}`
              : completes === undefined
                ? ' -x'
                : ' -r -F';
        return `${inside} -l ${option.slice(2)}${value} -d ${quote(help)}`;
      }),
    ];
  });
  return [
    `# fish completion of ${program}: ${program} completion fish | source`,
    `complete -c ${program} -f`,
    ...lines,
  ].join('\n');
}
