import type { BackboneRecord } from '../record.ts'

/** A transformer repeats one block: two of the twelve run all of its code, and spare the tests most of its parameters. */
export const shortened = (record: BackboneRecord): BackboneRecord => ({
  ...record,
  blocks: record.blocks.filter(
    ({ name, prefixTokens }) => prefixTokens === undefined || !(Number(name.match(/^block(\d+)$/)?.[1]) > 2),
  ),
})
