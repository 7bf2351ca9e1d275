import type { Answer } from '../index.ts'
import { element, percent } from './element.ts'
import { announce, attempt } from './messages.ts'
import type { Picture } from './picture.ts'
import { barRow, reasonsElement } from './reasons.ts'
import type { Session } from './session.ts'

const CLASSES = 3

let cards = 0

/** A photo with what the model says about it. */
export class Card {
  readonly picture: Picture
  readonly element: HTMLElement
  readonly #session: Session
  readonly #answer = element('div', { className: 'answer' })
  readonly #details: HTMLDetailsElement
  readonly #reasons = element('div')

  constructor(session: Session, picture: Picture) {
    this.#session = session
    this.picture = picture
    this.#details = element('details', {}, element('summary', {}, 'Why? Training images that decided'), this.#reasons)
    this.#details.addEventListener('toggle', () => attempt(() => this.#explain()))
    const image = element('img', { src: picture.url, alt: `photo ${picture.name}` })
    const explained = session.explains && [this.#teachForm(), this.#details]
    this.element = element('article', { className: 'card' }, image, this.#answer, ...(explained || []))
  }

  /** Opens the explanation. */
  open(): void {
    this.#details.open = true
  }

  async show(answer: Answer): Promise<void> {
    const { className, probability, unknown, classes } = answer
    const heading = unknown ? 'None of these' : className
    const said = unknown ? `Most like ${className}, but too unlike the training images.` : percent(probability)
    this.#answer.replaceChildren(
      element('h3', {}, heading),
      element('p', { className: 'quiet' }, `${said} · ${this.picture.milliseconds.toFixed(0)} ms`),
      element(
        'ol',
        { className: 'bars' },
        ...classes.slice(0, CLASSES).map((each) => barRow(each.className, each.probability)),
      ),
    )
    announce(
      unknown ? `${this.picture.name}: none of these` : `${this.picture.name}: ${className}, ${percent(probability)}`,
    )
    await this.#explain()
  }

  async #explain(): Promise<void> {
    if (!this.#details.open) return
    this.#reasons.replaceChildren(reasonsElement(this.#session, await this.#session.explain(this.picture)))
  }

  #teachForm(): HTMLFormElement {
    const id = `card-class-${++cards}`
    const input = element('input', { id, required: true, autocomplete: 'off', placeholder: 'New or known class' })
    input.setAttribute('list', 'class-names')
    const form = element(
      'form',
      {},
      element('label', { htmlFor: id }, 'Not right? This is'),
      input,
      element('button', { type: 'submit' }, 'Teach'),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      attempt(async () => {
        await this.#session.teach([this.picture], input.value)
        input.value = ''
      })
    })
    return form
  }
}
