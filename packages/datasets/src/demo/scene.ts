import type { Prng } from '@dml-crc/core'
import { css, flower, shade } from './flower.ts'
import type { Colour, Kind } from './kinds.ts'

/** Grounds against which the flowers stand: upper and lower colour. Any kind grows before any of them. */
const GROUNDS: readonly (readonly [Colour, Colour])[] = [
  [
    [96, 34, 42],
    [118, 38, 20],
  ],
  [
    [78, 40, 52],
    [104, 36, 28],
  ],
  [
    [150, 26, 24],
    [140, 30, 10],
  ],
  [
    [205, 48, 74],
    [100, 32, 36],
  ],
  [
    [34, 30, 46],
    [24, 34, 22],
  ],
  [
    [262, 18, 36],
    [150, 24, 18],
  ],
]

const fixed = (value: number) => value.toFixed(1)

/** A point within the picture, which reaches from -100 to 100. */
const coordinate = (prng: Prng) => prng.uniform(-100, 100)

/** Soft discs of light and colour, as things far behind the flower look in a photograph. */
function bokeh(prng: Prng): string {
  return Array.from({ length: 5 + prng.int(9) }, (_, i) => {
    const colour: Colour = prng.chance(0.4)
      ? [prng.uniform(0, 360), prng.uniform(30, 75), prng.uniform(50, 75)]
      : [prng.uniform(60, 140), prng.uniform(20, 45), prng.uniform(15, 60)]
    return [
      `<radialGradient id="b${i}"><stop offset=".3" stop-color="${css(colour)}" stop-opacity="${prng.uniform(0.25, 0.7).toFixed(2)}"/>`,
      `<stop offset="1" stop-color="${css(colour)}" stop-opacity="0"/></radialGradient>`,
      `<circle cx="${fixed(coordinate(prng))}" cy="${fixed(coordinate(prng))}" r="${fixed(prng.uniform(14, 55))}" fill="url(#b${i})"/>`,
    ].join('')
  }).join('')
}

const foliage = (prng: Prng): Colour => [prng.uniform(75, 135), prng.uniform(28, 52), prng.uniform(18, 42)]

/** A blade of grass that enters from below. */
function blade(prng: Prng): string {
  const [x, tipX, tipY, width] = [coordinate(prng), coordinate(prng), prng.uniform(-90, 70), prng.uniform(2, 6)]
  const bend = `${fixed((x + tipX) / 2 + prng.uniform(-25, 25))} ${fixed((tipY + 100) / 2)}`
  return `<path d="M${fixed(x - width)} 104Q${bend} ${fixed(tipX)} ${fixed(tipY)}Q${bend} ${fixed(x + width)} 104Z" fill="${css(foliage(prng))}"/>`
}

/** A leaf with its middle vein. */
function leaf(prng: Prng): string {
  const colour = foliage(prng)
  const place = `translate(${fixed(coordinate(prng))} ${fixed(coordinate(prng))}) rotate(${fixed(prng.uniform(0, 360))}) scale(${prng.uniform(0.5, 1.1).toFixed(2)})`
  return `<g transform="${place}"><path d="M0 0C-22 -18 -20 -48 0 -70C20 -48 22 -18 0 0Z" fill="${css(colour)}"/><path d="M0 0L0 -64" stroke="${css(shade(colour, 14))}" stroke-width="1.4"/></g>`
}

function stem(x: number, y: number, prng: Prng): string {
  const colour: Colour = [prng.uniform(85, 125), 36, prng.uniform(24, 38)]
  const foot = x + prng.uniform(-40, 40)
  return `<path d="M${fixed(x)} ${fixed(y)}Q${fixed(x + prng.uniform(-14, 14))} ${fixed((y + 104) / 2)} ${fixed(foot)} 104" fill="none" stroke="${css(colour)}" stroke-width="${fixed(prng.uniform(3, 5.5))}"/>`
}

/** A flower on its stem, tilted away from the eye. */
function plant(kind: Kind, x: number, y: number, radius: number, light: number, id: string, prng: Prng): string {
  const tilt = prng.uniform(0.62, 1)
  const axis = prng.uniform(0, 180)
  const pose = `translate(${fixed(x)} ${fixed(y)}) rotate(${fixed(axis)}) scale(1 ${tilt.toFixed(3)}) rotate(${fixed(-axis)})`
  return `${stem(x, y, prng)}<g transform="${pose}">${flower(kind, radius, light, id, prng)}</g>`
}

/** A picture of one kind of flower as SVG, `size` × `size`. Pose, scale, light, ground and clutter are chance. */
export function scene(kind: Kind, size: number, prng: Prng): string {
  const [upper, lower] = prng.pick(GROUNDS)
  const light = prng.uniform(0, 360)
  const several = (least: number, more: number, draw: (prng: Prng) => string) =>
    Array.from({ length: least + prng.int(more) }, () => draw(prng)).join('')
  const radius = prng.uniform(44, 80)
  const x = prng.uniform(-26, 26)
  const y = prng.uniform(-30, 18)
  const companion = prng.chance(0.3)
    ? plant(
        kind,
        x + prng.pick([-1, 1]) * prng.uniform(62, 90),
        prng.uniform(-70, 60),
        radius * prng.uniform(0.4, 0.6),
        light,
        'c',
        prng,
      )
    : ''
  const warmth = css([prng.pick([30, 40, 215]), 80, 60])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="-100 -100 200 200">`,
    `<defs><linearGradient id="g" x1="0" y1="0" x2="${prng.uniform(-0.4, 0.4).toFixed(2)}" y2="1">`,
    `<stop offset="0" stop-color="${css(shade(upper, prng.uniform(-8, 8)))}"/><stop offset="1" stop-color="${css(shade(lower, prng.uniform(-6, 8)))}"/></linearGradient>`,
    `<linearGradient id="l" gradientTransform="rotate(${fixed(light)} .5 .5)"><stop offset="0" stop-color="#fff" stop-opacity="${prng.uniform(0.02, 0.28).toFixed(2)}"/>`,
    `<stop offset=".5" stop-color="${warmth}" stop-opacity=".06"/><stop offset="1" stop-color="#001" stop-opacity="${prng.uniform(0.05, 0.45).toFixed(2)}"/></linearGradient></defs>`,
    '<rect x="-100" y="-100" width="200" height="200" fill="url(#g)"/>',
    bokeh(prng),
    several(2, 6, blade),
    several(1, 3, leaf),
    companion,
    plant(kind, x, y, radius, light, 'f', prng),
    several(0, 3, blade),
    '<rect x="-100" y="-100" width="200" height="200" fill="url(#l)"/></svg>',
  ].join('')
}
