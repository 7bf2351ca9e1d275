import type { Reasons, Sample } from '../index.ts'
import { bar, element, percentage } from './element.ts'
import { attempt } from './messages.ts'
import type { Session } from './session.ts'

const CLASSES = 5

/** A small picture of a training image, or its name where there is none. */
export function tile({ id, image }: Sample, className: string): HTMLElement {
  if (image === undefined) return element('span', { className: 'tile', title: id }, id)
  const made = element('img', { className: 'tile', src: image, alt: `training image of ${className}`, title: id })
  made.loading = 'lazy'
  return made
}

/** A button that takes a training image away from the model. */
export function forgetButton(session: Session, row: number, { id }: Sample): HTMLButtonElement {
  const made = element(
    'button',
    {
      type: 'button',
      className: 'forget',
      title: 'Forget this image',
      'aria-label': `Forget the training image ${id}`,
    },
    '×',
  )
  made.addEventListener('click', () => attempt(() => session.forget(row)))
  return made
}

/** The training images that decided, with their signed codes, and the classes' shares of the code. */
export function reasonsElement(session: Session, { support, shares }: Reasons): HTMLElement {
  const largest = Math.max(...support.map(({ code }) => Math.abs(code)), 1e-9)
  const images = support.map(({ row, sample, className, code }) => {
    const against = code < 0 ? ' against' : ''
    return element(
      'li',
      {},
      tile(sample, className),
      element('div', { className: `code${against}`, 'aria-hidden': 'true' }, bar(Math.abs(code) / largest)),
      element('span', {}, className),
      element(
        'data',
        { className: `number${against}`, value: String(code) },
        `${code < 0 ? '−' : '+'}${Math.abs(code).toFixed(3)}`,
      ),
      forgetButton(session, row, sample),
    )
  })
  return element(
    'div',
    { className: 'why' },
    element(
      'p',
      { className: 'quiet' },
      'The photo is rebuilt from these training images; a negative code speaks against its class.',
    ),
    element('ol', { className: 'support' }, ...images),
    element('h4', {}, 'Share of each class in the code'),
    sharesElement(shares),
  )
}

function sharesElement(shares: Reasons['shares']): HTMLElement {
  const rows = shares.slice(0, CLASSES).map(({ className, share }) => barRow(className, share))
  return element('ol', { className: 'bars' }, ...rows)
}

/** A class, a part of one, and a bar of it. */
export const barRow = (className: string, part: number): HTMLElement =>
  element('li', {}, bar(part), element('span', {}, className), percentage(part))
