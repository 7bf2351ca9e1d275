import { byId, element } from './element.ts'
import { announce, attempt } from './messages.ts'
import { look, type Picture } from './picture.ts'
import { forgetButton, tile } from './reasons.ts'
import type { Session } from './session.ts'

/** Teaching classes by photos, and what was taught. */
export function teachPanel(session: Session): void {
  byId('teach').hidden = !session.explains
  const name = byId<HTMLInputElement>('teach-class')
  const files = byId<HTMLInputElement>('teach-files')
  byId('teach-form').addEventListener('submit', (event) => {
    event.preventDefault()
    files.click()
  })
  files.addEventListener('change', () => {
    const chosen = [...(files.files ?? [])]
    files.value = ''
    attempt(async () => {
      const pictures: Picture[] = []
      for (const file of chosen) pictures.push(await look(session.images, file, file.name))
      if (pictures.length === 0) return
      await session.teach(pictures, name.value)
      announce(`${name.value} has ${pictures.length} more photos`)
      for (const { url } of pictures) URL.revokeObjectURL(url)
    })
  })
  session.onChange(() => showTaught(session))
  showTaught(session)
}

/** The names to choose from, and the photos that were taught, class by class. */
function showTaught(session: Session): void {
  const { model, samples } = session.images
  byId('class-names').replaceChildren(...model.classNames.map((value) => element('option', { value })))
  if (model.decision.kind !== 'collaborative') return
  const { labels } = model.decision
  const rows = samples.flatMap(({ taught }, row) => (taught ? [row] : []))
  const classes = [...new Set(rows.map((row) => labels[row]))]
  byId('taught').replaceChildren(
    ...classes.flatMap((label) => {
      const className = model.classNames[label]
      const own = rows.filter((row) => labels[row] === label)
      const items = own.map((row) =>
        element('li', {}, tile(samples[row], className), forgetButton(session, row, samples[row])),
      )
      return [element('h3', { className: 'quiet' }, className), element('ul', { className: 'thumbnails' }, ...items)]
    }),
  )
}
