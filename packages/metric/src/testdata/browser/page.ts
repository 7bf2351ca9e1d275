import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { session } from './session.ts'

/** Run by the test on each backend in turn. */
Object.assign(globalThis, {
  async runOn(backend: string) {
    setWasmPaths('./wasm/')
    if (!(await tf.setBackend(backend))) throw new Error(`no ${backend} here`)
    await tf.ready()
    return { backend: tf.getBackend(), ...(await session()) }
  },
})
