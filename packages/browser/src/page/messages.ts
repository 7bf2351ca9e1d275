import { byId, element } from './element.ts'

/** Shows an error until it is closed; screen readers say it at once. */
export function showError(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  const close = element('button', { type: 'button', className: 'close' }, 'Close')
  const box = element('div', { className: 'error' }, element('p', {}, text), close)
  close.addEventListener('click', () => box.remove())
  byId('errors').replaceChildren(box)
}

/** What screen readers say when they are at rest. */
export function announce(text: string): void {
  byId('status').textContent = text
}

/** Runs what an event asks for; what goes wrong is shown. */
export function attempt(action: () => Promise<void>): void {
  action().catch(showError)
}
