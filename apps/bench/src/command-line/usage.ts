import { InputError } from '@dml-crc/core/errors'
import { choiceError } from '@dml-crc/core/nearest'
import type { Command, CommanderError } from 'commander'

/** Turns what commander found wrong with the command line into an error with the parts that ours have. */
export function usageError(command: Command, error: CommanderError): InputError {
  const name = commandPath(command)
  const subject = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  const help = `See \`${name} --help\`.`
  switch (error.code) {
    case 'commander.unknownOption': {
      const flags = knownFlags(command)
      return choiceError(`Unknown option of \`${name}\``, subject.split('=')[0], flags, help)
    }
    case 'commander.unknownCommand': {
      const names = command.commands.map((each) => each.name())
      return choiceError(`Unknown command of \`${name}\``, subject, names, help)
    }
    case 'commander.help':
      return new InputError(`Missing command of \`${name}\``, {
        expected: `one of ${command.commands.map((each) => each.name()).join(', ')}`,
        received: 'nothing',
        remedy: help,
      })
    case 'commander.missingArgument':
      return new InputError(`Missing argument of \`${name}\``, {
        expected: `a value for <${subject}>`,
        received: 'nothing',
        remedy: help,
      })
    case 'commander.optionMissingArgument':
      return new InputError(`Missing value of an option of \`${name}\``, {
        expected: `a value after ${subject}`,
        received: 'nothing',
        remedy: help,
      })
    default: {
      const text = error.message.replace(/^error: /, '').replace(/\.$/, '')
      return new InputError(`Wrong use of \`${name}\``, {
        expected: command.usage() ? `${name} ${command.usage()}` : `the form of ${name} --help`,
        received: text,
        remedy: help,
      })
    }
  }
}

function commandPath(command: Command): string {
  return command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name()
}

function knownFlags(command: Command): string[] {
  const own = command.options.map((option) => option.long ?? option.short ?? '')
  return command.parent ? [...own, ...knownFlags(command.parent)] : [...own, '--help']
}
