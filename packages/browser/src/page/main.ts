import { browserEngines, loadModel, startEngine } from '../index.ts'
import { about } from './about.ts'
import { camera } from './camera.ts'
import { byId } from './element.ts'
import { examples } from './examples.ts'
import { Gallery } from './gallery.ts'
import { attempt, showError } from './messages.ts'
import { modelPanel } from './model-panel.ts'
import { Session } from './session.ts'
import { teachPanel } from './teach-panel.ts'

/** `?engine=wasm` in the address asks for an engine. */
function askedEngine() {
  const asked = new URLSearchParams(location.search).get('engine')
  return browserEngines.find((name) => name === asked) ?? 'auto'
}

async function start(): Promise<void> {
  const loading = byId<HTMLProgressElement>('loading')
  const engine = await startEngine({ prefer: askedEngine(), wasmPath: new URL('assets/', document.baseURI).href })
  const images = await loadModel('model', {
    onProgress: (fraction) => {
      loading.value = fraction
    },
  })
  const { title, examples: photos } = await about('model/about.json', images.network.description.network.name)
  const session = new Session(images)
  // What was taught may be damaged; the page goes on with the model that it came with.
  await session.restore().catch(showError)

  const badge = byId('engine')
  const say = (milliseconds?: number) => {
    badge.textContent = milliseconds === undefined ? engine : `${engine} · ${milliseconds.toFixed(0)} ms a photo`
  }
  badge.hidden = false
  say()
  modelPanel(session, title)
  teachPanel(session)
  const gallery = new Gallery(session, say)
  camera((photo) => gallery.take([photo]))
  examples(photos, (photo) => gallery.take([photo]))
  loading.hidden = true
  byId('work').hidden = false
  // While the page, once it is painted, waits for a photo.
  requestAnimationFrame(() => setTimeout(() => attempt(() => session.warmUp())))
}

start().catch((error) => {
  byId('loading').hidden = true
  byId('facts').textContent = 'The model could not be loaded.'
  showError(error)
})
