#!/usr/bin/env node
// `npx dml-crc …` in a checkout: the command line tool from its source.
process.argv.splice(2, 0, 'dml-crc')
await import('./run.mjs')
