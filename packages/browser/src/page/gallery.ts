import { Card } from './card.ts'
import { byId } from './element.ts'
import { announce, attempt, showError } from './messages.ts'
import { look } from './picture.ts'
import type { Session } from './session.ts'

const MOST_CARDS = 24

/** The photos to classify, newest first, and the ways by which they come. */
export class Gallery {
  readonly #session: Session
  readonly #onTime: (milliseconds: number) => void
  #cards: Card[] = []

  constructor(session: Session, onTime: (milliseconds: number) => void) {
    this.#session = session
    this.#onTime = onTime
    session.onChange(() => attempt(() => this.#refresh()))
    const files = byId<HTMLInputElement>('files')
    byId('choose').addEventListener('click', () => files.click())
    files.addEventListener('change', () => {
      this.take([...(files.files ?? [])])
      files.value = ''
    })
    document.addEventListener('paste', ({ clipboardData }) => this.take([...(clipboardData?.files ?? [])]))
    this.#listenForDrops(byId('drop'))
  }

  #listenForDrops(zone: HTMLElement): void {
    document.addEventListener('dragover', (event) => {
      event.preventDefault()
      zone.classList.add('over')
    })
    document.addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) zone.classList.remove('over')
    })
    document.addEventListener('drop', (event) => {
      event.preventDefault()
      zone.classList.remove('over')
      this.take([...(event.dataTransfer?.files ?? [])])
    })
  }

  /** Looks at photos one after the other; one that cannot be decoded is told and left out. */
  take(files: readonly File[]): void {
    attempt(async () => {
      for (const [i, file] of files.entries()) {
        announce(`Looking at photo ${i + 1} of ${files.length}`)
        await this.#show(file).catch(showError)
      }
    })
  }

  async #show(file: File): Promise<void> {
    const picture = await look(this.#session.images, file, file.name)
    const card = new Card(this.#session, picture)
    const [answer] = await this.#session.predict([picture])
    this.#cards.unshift(card)
    byId('cards').prepend(card.element)
    for (const old of this.#cards.splice(MOST_CARDS)) {
      old.element.remove()
      URL.revokeObjectURL(old.picture.url)
    }
    this.#onTime(picture.milliseconds)
    await card.show(answer)
    if (this.#cards.length === 1) card.open()
  }

  async #refresh(): Promise<void> {
    if (this.#cards.length === 0) return
    const answers = await this.#session.predict(this.#cards.map(({ picture }) => picture))
    for (const [i, card] of this.#cards.entries()) await card.show(answers[i])
  }
}
