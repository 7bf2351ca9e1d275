import { byId, element } from './element.ts'
import { attempt } from './messages.ts'

/** Photos that come with the site, for visitors who have none at hand. */
export function examples(urls: readonly string[], take: (photo: File) => void): void {
  byId('examples').hidden = urls.length === 0
  byId('example-list').replaceChildren(
    ...urls.map((url, i) => {
      const name = `example ${i + 1}`
      const button = element(
        'button',
        { type: 'button', title: `Classify ${name}` },
        element('img', { src: url, alt: `Classify ${name}` }),
      )
      button.addEventListener('click', () =>
        attempt(async () => {
          const photo = await (await fetch(url)).blob()
          take(new File([photo], name, { type: photo.type }))
        }),
      )
      return element('li', {}, button)
    }),
  )
}
