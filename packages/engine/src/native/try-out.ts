// Run in a process of its own, which may die: loads a native engine from a folder and has it multiply.

import type { NativeName } from './folder.ts'
import { loadNativeFrom } from './load.ts'

try {
  const [folder, name] = process.argv.slice(2)
  const { tf } = await loadNativeFrom(folder, name as NativeName, { allowCpu: true })
  const product = await tf.matMul([[1, 2]], [[3], [4]]).data()
  if (product[0] !== 11) throw new Error(`1·3 + 2·4 came out as ${product[0]}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
