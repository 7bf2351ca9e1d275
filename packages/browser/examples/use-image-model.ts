// A React hook: const { answer, error, classify, teach } = useImageModel('model')
import { type Answer, add, type ImageModel, type ImageSource, loadModel, predict, startEngine } from '@dml-crc/browser'
import { useCallback, useEffect, useState } from 'react'

/** Loads the model at an address, classifies pictures by it, and teaches it. */
export function useImageModel(url: string, wasmPath?: string) {
  const [images, setImages] = useState<ImageModel>()
  const [answer, setAnswer] = useState<Answer>()
  const [error, setError] = useState<Error>()

  useEffect(() => {
    let network: ImageModel['network'] | undefined
    let isGone = false
    startEngine({ wasmPath })
      .then(() => loadModel(url))
      .then((loaded) => {
        network = loaded.network
        if (isGone) network.dispose()
        else setImages(loaded)
      })
      .catch(setError)
    return () => {
      isGone = true
      network?.dispose()
    }
  }, [url, wasmPath])

  const classify = useCallback(
    async (picture: ImageSource) => {
      if (images) setAnswer((await predict(images, picture))[0])
    },
    [images],
  )
  const teach = useCallback(
    async (picture: ImageSource, className: string) => {
      if (images) setImages(await add(images, picture, className))
    },
    [images],
  )
  return { ready: images !== undefined, answer, error, classify, teach }
}
