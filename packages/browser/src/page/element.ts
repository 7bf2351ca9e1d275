type Child = Node | string | undefined | false

/** A new element with properties, attributes (those with a dash) and children; what is undefined or false is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], 'style'>> & Record<`aria-${string}`, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-')) made.setAttribute(key, String(value))
    else (made as unknown as Record<string, unknown>)[key] = value
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false))
  return made
}

/** The element of the page with an id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}

/** A bar of a part of its row's width, behind its text. */
export function bar(part: number): HTMLElement {
  const made = element('span', { className: 'fill' })
  made.style.width = `${(100 * Math.min(1, Math.max(0, part))).toFixed(1)}%`
  return made
}

export const percent = (part: number): string => `${(100 * part).toFixed(part > 0.0995 ? 0 : 1)}\u00a0%`

/** A part of one as a percentage, which keeps the exact number. */
export const percentage = (part: number): HTMLElement => element('data', { value: String(part) }, percent(part))
