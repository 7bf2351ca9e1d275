import type { Prng } from '@dml-crc/core'
import type { Colour, Kind, Tip } from './kinds.ts'

/** How far one flower strays from its kind. 0 makes them all alike; raise it to make the set harder. */
const VARIATION = 1

const fixed = (value: number) => value.toFixed(2)

export const css = ([hue, saturation, lightness]: Colour): string =>
  `hsl(${fixed((hue + 360) % 360)},${fixed(Math.min(Math.max(saturation, 0), 100))}%,${fixed(Math.min(Math.max(lightness, 0), 100))}%)`

export const shade = ([hue, saturation, lightness]: Colour, by: number): Colour => [hue, saturation, lightness + by]

/** The upper edge of a petal, from its left shoulder to its right one, for width and length 1. */
const TIPS: Record<Exclude<Tip, 'pointed'>, readonly (readonly [x: number, y: number])[]> = {
  round: [
    [-0.66, -1.04],
    [0.66, -1.04],
    [0.76, -0.8],
  ],
  notched: [
    [-0.66, -1.02],
    [-0.2, -1.08],
    [0, -0.84],
    [0.2, -1.08],
    [0.66, -1.02],
    [0.76, -0.8],
  ],
  fringed: [
    [-0.66, -0.92],
    [-0.62, -1],
    [-0.52, -0.96],
    [-0.4, -0.9],
    [-0.4, -1],
    [-0.28, -1.03],
    [-0.2, -0.92],
    [-0.14, -0.98],
    [0, -1.05],
    [0.14, -0.98],
    [0.2, -0.92],
    [0.28, -1.03],
    [0.4, -1],
    [0.4, -0.9],
    [0.52, -0.96],
    [0.62, -1],
    [0.66, -0.92],
    [0.76, -0.8],
  ],
}

/** The outline of a petal that grows upwards from the origin. */
function outline(tip: Tip, width: number, length: number): string {
  const points = (list: readonly (readonly [number, number])[]) =>
    list.map(([x, y]) => `${fixed(x * width)} ${fixed(y * length)}`).join(' ')
  if (tip === 'pointed') {
    return `M0 0C${points([
      [-1.1, -0.35],
      [-0.9, -0.72],
      [0, -1],
      [0.9, -0.72],
      [1.1, -0.35],
      [0, 0],
    ])}Z`
  }
  const left = points([
    [-0.3, -0.2],
    [-1.2, -0.5],
    [-0.76, -0.8],
  ])
  return `M0 0C${left}C${points(TIPS[tip])}C${points([
    [1.2, -0.5],
    [0.3, -0.2],
    [0, 0],
  ])}Z`
}

function marks(kind: Kind, colour: Colour, width: number, length: number, prng: Prng): string {
  if (kind.marking === 'veins') {
    const lines = [-0.42, -0.2, 0, 0.2, 0.42].map((x) => {
      const end = -length * (0.84 - 0.5 * x * x + prng.uniform(-0.04, 0.04))
      return `M0 ${fixed(-0.2 * length)}Q${fixed(x * width * 1.1)} ${fixed(-0.5 * length)} ${fixed(x * width * 1.2)} ${fixed(end)}`
    })
    return `<path d="${lines.join('')}" fill="none" stroke="${css(shade(colour, -24))}" stroke-width="${fixed(length * 0.022)}" opacity=".75"/>`
  }
  if (kind.marking !== 'spots') return ''
  return Array.from({ length: 7 }, () => {
    const along = prng.uniform(0.34, 0.72)
    const across = prng.uniform(-0.42, 0.42) * width
    const radius = length * prng.uniform(0.022, 0.042)
    return `<circle cx="${fixed(across)}" cy="${fixed(-along * length)}" r="${fixed(radius)}" fill="${css(shade(colour, -30))}" opacity=".85"/>`
  }).join('')
}

interface Petals {
  kind: Kind
  colour: Colour
  radius: number
  /** Direction the light comes from, in degrees. */
  light: number
  turn: number
  fill: string
}

function ring({ kind, colour, radius, light, turn, fill }: Petals, prng: Prng): string {
  const petals = Array.from({ length: kind.petals }, (_, i) => {
    const angle = turn + (360 * i) / kind.petals + (prng.normal() * VARIATION * 14) / kind.petals
    const length = radius * (1 + prng.normal() * VARIATION * 0.04)
    const width = length * kind.width * (1 + prng.normal() * VARIATION * 0.07)
    const path = outline(kind.tip, width, length)
    const lit = Math.cos(((angle - light) * Math.PI) / 180)
    const edge =
      kind.marking === 'edge'
        ? shade([colour[0] - 8, colour[1], colour[2]], colour[2] > 80 ? -22 : 26)
        : shade(colour, -14)
    const edgeWidth = radius * (kind.marking === 'edge' ? 0.07 : 0.018)
    return [
      `<g transform="rotate(${fixed(angle)})">`,
      `<path d="${path}" fill="url(#${fill})" stroke="${css(edge)}" stroke-width="${fixed(edgeWidth)}"/>`,
      marks(kind, colour, width, length, prng),
      `<path d="${path}" fill="${lit > 0 ? '#fff' : '#102'}" opacity="${fixed(Math.abs(lit) * 0.17)}"/>`,
      '</g>',
    ].join('')
  })
  return prng.shuffle(petals).join('')
}

/** A disc of florets in the spiral of sunflowers (Vogel, Mathematical Biosciences 44, 1979). */
function centre(colour: Colour, radius: number): string {
  const florets = Array.from({ length: 34 }, (_, i) => {
    const distance = radius * 0.94 * Math.sqrt((i + 0.5) / 34)
    const angle = i * 2.39996
    const dot = css(shade(colour, i % 2 ? 16 : -10))
    return `<circle cx="${fixed(distance * Math.cos(angle))}" cy="${fixed(distance * Math.sin(angle))}" r="${fixed(radius * 0.12)}" fill="${dot}"/>`
  })
  return `<circle r="${fixed(radius)}" fill="${css(colour)}" stroke="${css(shade(colour, -16))}" stroke-width="${fixed(radius * 0.09)}"/>${florets.join('')}`
}

/**
 * One flower of a kind as SVG around the origin, `radius` large, lit from `light` degrees. `id` names its gradients,
 * which must differ from those of other flowers in the picture.
 */
export function flower(kind: Kind, radius: number, light: number, id: string, prng: Prng): string {
  const stray = (amount: number) => prng.normal() * VARIATION * amount
  const colour: Colour = [kind.petal[0] + stray(6), kind.petal[1] + stray(7), kind.petal[2] + stray(3.5)]
  const heart: Colour = [kind.centre[0] + stray(5), kind.centre[1] + stray(6), kind.centre[2] + stray(3)]
  const centreRadius = radius * kind.centreRadius * (1 + stray(0.07))
  const turn = prng.uniform(0, 360)
  const eye: Colour = [colour[0] - 30, Math.min(colour[1] + 5, 90), 24]
  const rings = Array.from({ length: kind.rings }, (_, i) =>
    ring(
      { kind, colour, radius: radius * (1 - 0.3 * i), light, turn: turn + (180 / kind.petals) * i, fill: `${id}p` },
      prng,
    ),
  )
  return [
    `<defs><linearGradient id="${id}p" x1="0" y1="1" x2="0" y2="0">`,
    `<stop offset="0" stop-color="${css(shade(colour, -20))}"/><stop offset=".45" stop-color="${css(colour)}"/>`,
    `<stop offset="1" stop-color="${css(shade(colour, 6))}"/></linearGradient>`,
    `<radialGradient id="${id}e"><stop offset=".5" stop-color="${css(eye)}" stop-opacity=".9"/>`,
    `<stop offset="1" stop-color="${css(eye)}" stop-opacity="0"/></radialGradient></defs>`,
    ...rings,
    kind.marking === 'eye' ? `<circle r="${fixed(centreRadius + radius * 0.22)}" fill="url(#${id}e)"/>` : '',
    centre(heart, centreRadius),
  ].join('')
}
