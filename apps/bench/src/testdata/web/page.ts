import { features, type ImageSource, loadModel, predict, preprocess, startEngine } from '@dml-crc/browser'
import * as tf from '@tensorflow/tfjs'

/** What the tests call in a page of a site: the package's functions, as an application has them. */
Object.assign(globalThis, {
  /** The bytes that the network sees of the picture at an address. */
  async bytesOf(address: string, view: Parameters<typeof preprocess>[1]) {
    const file = await (await fetch(address)).blob()
    const bitmap = await createImageBitmap(file)
    const canvas = document.createElement('canvas')
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    const sources: ImageSource[] = [file, bitmap, canvas]
    return Promise.all(sources.map(async (source) => Array.from(await preprocess(source, view))))
  },
  /** What TensorFlow.js holds before and after a number of predictions. */
  async predictOften(backend: 'webgl' | 'wasm', address: string, times: number) {
    await startEngine({ prefer: backend, wasmPath: new URL('assets/', document.baseURI).href })
    const images = await loadModel('model')
    const file = await (await fetch(address)).blob()
    const held = () => {
      const { numTensors, numDataBuffers } = tf.memory()
      const gpu = tf.memory() as { numBytesInGPUAllocated?: number }
      return { numTensors, numDataBuffers, gpuBytes: gpu.numBytesInGPUAllocated ?? 0 }
    }
    // Textures are kept for the next time: after the first predictions there are as many as there ever will be.
    for (let i = 0; i < 3; i++) await predict(images, file)
    const before = held()
    for (let i = 0; i < times; i++) await predict(images, file)
    const after = held()
    const { shape } = await features(images, file)
    images.network.dispose()
    return { backend: tf.getBackend(), before, after, left: tf.memory().numTensors, width: shape[1] }
  },
})
