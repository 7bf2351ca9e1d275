import type { Command } from 'commander'

const EXAMPLES = `
Examples:
  $ source <(dml-crc completion bash)
  $ dml-crc completion fish > ~/.config/fish/completions/dml-crc.fish`

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: string) => {
      const { completionScript } = await import('../command-line/completion.ts')
      process.stdout.write(completionScript(shell, program))
    })
}
