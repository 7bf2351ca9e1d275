#!/usr/bin/env node
import { main } from './command-line/main.ts'
import { quietWarnings } from './command-line/warnings.ts'

quietWarnings()
await main(process.argv.slice(2))
