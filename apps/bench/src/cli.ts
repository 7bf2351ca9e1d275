#!/usr/bin/env node
import { goOnWithoutReader } from './command-line/closed-output.ts'
import { main } from './command-line/main.ts'
import { quietWarnings } from './command-line/warnings.ts'

quietWarnings()
goOnWithoutReader()
await main(process.argv.slice(2))
