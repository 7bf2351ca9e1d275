// A page of its own, in plain script: `<input type="file" id="photo">`, `<output id="answer">`, and a model that
// `dml-crc export` or `dml-crc web` wrote beside the page.
import { explain, loadModel, predict, startEngine } from '@dml-crc/browser'

const input = document.querySelector<HTMLInputElement>('#photo')!
const output = document.querySelector<HTMLOutputElement>('#answer')!

await startEngine({ wasmPath: new URL('assets/', document.baseURI).href })
const images = await loadModel('model')

input.addEventListener('change', async () => {
  const [photo] = input.files ?? []
  if (!photo) return
  const features = await images.network.features([photo])
  const [{ className, probability, unknown }] = await predict(images, features)
  const [{ support }] = await explain(images, features, { top: 3 })
  output.value = unknown
    ? 'none of these'
    : `${className} (${(100 * probability).toFixed(1)} %), because of ${support.map(({ sample }) => sample.id).join(', ')}`
})
