import { SHELLS } from '../../terminal/completion.ts';
import { type Command, defineCommand } from '../../terminal/define-command.ts';
import type { Program } from '../../terminal/help.ts';
import { oneOf } from '../../terminal/option.ts';

/** @param program whose commands are completed; asked when the command runs, because this command is one of them */
export function completion(program: () => Program): Command {
  return defineCommand({
    name: 'completion',
    summary: 'print the completion script of a shell',
    description:
      'Prints a script that completes commands, their actions and their options. Print it into a file that the shell reads at ' +
      'its start, and print it again after an update.',
    positionals: { shell: oneOf({ choices: SHELLS, required: true, help: 'the shell' }) },
    examples: [
      ['tailgate completion bash >> ~/.bashrc', 'for bash'],
      ['tailgate completion zsh > ~/.zfunc/_tailgate', 'for zsh, where ~/.zfunc is in fpath'],
      ['tailgate completion fish > ~/.config/fish/completions/tailgate.fish', 'for fish'],
    ],
    load: async () => {
      const { completionScript } = await import('../../terminal/completion.ts');
      return ({ shell }, terminal) => {
        terminal.print(completionScript(shell, program()));
        return 0;
      };
    },
  });
}
