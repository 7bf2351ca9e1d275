import { byId, element } from './element.ts'
import { announce, attempt } from './messages.ts'
import type { Session } from './session.ts'

/** Downloading and loading the model, and going back to the one that came with the page. */
export function modelPanel(session: Session, title: string): void {
  const file = byId<HTMLInputElement>('model-file')
  byId('download').addEventListener('click', () => download(session.toBytes(), `${title}.safetensors`))
  byId('load').addEventListener('click', () => file.click())
  byId('reset').addEventListener('click', () => attempt(() => session.reset()))
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    file.value = ''
    attempt(async () => {
      if (!chosen) return
      await session.load(new Uint8Array(await chosen.arrayBuffer()), chosen.name)
      announce(`${chosen.name} is loaded`)
    })
  })
  session.onChange(() => describe(session))
  describe(session)
}

function describe(session: Session): void {
  const { model, samples } = session.images
  const images = samples.length > 0 ? ` and ${samples.length} training images` : ''
  byId('facts').textContent = `${model.classNames.length} classes${images}`
  byId('reset').hidden = !session.isTaught
  byId('model-state').textContent = session.isTaught
    ? 'What was taught is kept in this browser. Download it to use it elsewhere.'
    : 'The model as it was trained.'
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes]))
  element('a', { href: url, download: name }).click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
