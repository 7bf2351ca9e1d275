import type { BackboneRecord } from '../record.ts'

/** A transformer repeats one block: a few of the twelve run all of its code, and spare the tests most of its parameters. */
export const shortened = (record: BackboneRecord, depth: number): BackboneRecord => ({
  ...record,
  blocks: record.blocks.filter(
    ({ name, prefixTokens }) => prefixTokens === undefined || !(Number(name.match(/^block(\d+)$/)?.[1]) > depth),
  ),
})
