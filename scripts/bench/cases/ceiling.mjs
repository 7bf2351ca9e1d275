import { here, load, onWasm, peer } from '../sides.mjs'

async function product({ size, engine }) {
  const { tf, library } = await load(engine)
  const [a, b] = [tf.randomNormal([size.side, size.side]), tf.randomNormal([size.side, size.side])]
  const run = async () => {
    const c = tf.matMul(a, b)
    // One number, so that no copy to JavaScript is timed.
    await tf.tidy(() => tf.slice(c, [0, 0], [1, 1])).data()
    c.dispose()
  }
  return { library, run }
}

/** What the processor can do at most: nothing that multiplies matrices can be quicker. */
export const matrixProduct = {
  name: 'matrix-product',
  title: 'product of two matrices',
  label: ({ side }) => `${side} × ${side}`,
  sizes: (quick) => [{ side: quick ? 256 : 4096 }],
  work: ({ side }) => ({ amount: 2 * side ** 3, unit: 'FLOP' }),
  repeats: 5,
  warmUps: 2,
  sides: [here(product), onWasm(product), peer('NumPy', 'product_numpy.py'), peer('PyTorch', 'product_torch.py')],
}

async function copy({ size }) {
  const source = Buffer.alloc(size.mebibytes * 2 ** 20, 1)
  const target = Buffer.alloc(source.length, 2)
  return { library: `node ${process.version.slice(1)}`, run: async () => void source.copy(target) }
}

/** Bytes that are read and written: what bounds operations that compute little. */
export const memoryCopy = {
  name: 'memory-copy',
  title: 'copy in memory',
  label: ({ mebibytes }) => `${mebibytes} MiB`,
  sizes: (quick) => [{ mebibytes: quick ? 16 : 512 }],
  work: ({ mebibytes }) => ({ amount: 2 * mebibytes * 2 ** 20, unit: 'B' }),
  repeats: 7,
  warmUps: 2,
  sides: [here(copy), peer('NumPy', 'copy_numpy.py'), peer('PyTorch', 'copy_torch.py')],
}
