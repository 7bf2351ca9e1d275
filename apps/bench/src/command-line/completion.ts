import { choiceError } from '@dml-crc/core/nearest'
import type { Command } from 'commander'
import { shippedExperiments } from '../experiment/load.ts'

/**
 * The script that makes a shell complete commands, options and the names of experiments.
 * @throws InputError for a shell that there is no script for
 */
export function completionScript(shell: string, program: Command): string {
  if (shell === 'fish') return fish(program)
  if (shell === 'bash') return bash(program)
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`
  throw choiceError('Unknown shell', shell, ['bash', 'zsh', 'fish'], 'See `dml-crc completion --help`.')
}

/** The words that may follow each command. */
function wordsAfter(command: Command): string[] {
  const flags = [...command.options, ...(command.parent?.options ?? [])].flatMap((option) =>
    option.long && !option.hidden ? [option.long] : [],
  )
  const names = command.commands.map((each) => each.name())
  return [...names, ...(command.name() === 'run' ? shippedExperiments() : []), ...flags, '--help']
}

function bash(program: Command): string {
  const cases = program.commands.map((command) => `    ${command.name()}) words="${wordsAfter(command).join(' ')}" ;;`)
  return `_dml_crc() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${wordsAfter(program).join(' ')}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${wordsAfter(program).join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _dml_crc dml-crc
`
}

function fish(program: Command): string {
  const quote = (text: string) => `'${text.replaceAll("'", "\\'")}'`
  const lines = program.commands.flatMap((command) => [
    `complete -c dml-crc -n __fish_use_subcommand -a ${command.name()} -d ${quote(command.description())}`,
    `complete -c dml-crc -n '__fish_seen_subcommand_from ${command.name()}' -a ${quote(wordsAfter(command).join(' '))}`,
  ])
  return `${lines.join('\n')}\n`
}
