/** The outline of a petal's end. */
export type Tip = 'round' | 'pointed' | 'notched' | 'fringed'

/** What is painted on the petals. */
type Marking = 'none' | 'veins' | 'spots' | 'eye' | 'edge'

/** A colour as hue in degrees, saturation and lightness in percent. */
export type Colour = readonly [hue: number, saturation: number, lightness: number]

/** The traits that make a kind of flower; everything else about a picture is chance. */
export interface Kind {
  name: string
  petals: number
  /** Rings of petals, one inside the other. */
  rings: number
  /** Width of a petal in parts of its length. */
  width: number
  tip: Tip
  petal: Colour
  marking: Marking
  centre: Colour
  /** Radius of the centre in parts of the flower's. */
  centreRadius: number
}

/** Degrees of hue between the kinds of a family: between two and three times as far as one flower strays from its kind. */
const HUE_STEP = 16

const turned = ([hue, saturation, lightness]: Colour, by: number): Colour => [hue + by, saturation, lightness]

/** Five families of four: within a family a kind differs from the first in one or two traits and slightly in hue. */
const family = (first: Kind, ...others: (Partial<Kind> & { name: string })[]): Kind[] => [
  first,
  ...others.map((other, i) => ({ ...first, ...other, petal: turned(other.petal ?? first.petal, (i + 1) * HUE_STEP) })),
]

export const KINDS: readonly Kind[] = [
  ...family(
    {
      name: 'meadow pink',
      petals: 5,
      rings: 1,
      width: 0.46,
      tip: 'round',
      petal: [334, 68, 70],
      marking: 'none',
      centre: [48, 85, 55],
      centreRadius: 0.17,
    },
    { name: 'notched pink', tip: 'notched' },
    { name: 'veined pink', marking: 'veins' },
    { name: 'fringed pink', tip: 'fringed', petal: [322, 66, 70] },
  ),
  ...family(
    {
      name: 'violet star',
      petals: 6,
      rings: 1,
      width: 0.3,
      tip: 'pointed',
      petal: [268, 52, 58],
      marking: 'none',
      centre: [52, 75, 62],
      centreRadius: 0.14,
    },
    { name: 'seven-rayed star', petals: 7 },
    { name: 'freckled star', marking: 'spots' },
    { name: 'blue star', petal: [246, 52, 60], marking: 'edge' },
  ),
  ...family(
    {
      name: 'sun daisy',
      petals: 14,
      rings: 1,
      width: 0.15,
      tip: 'round',
      petal: [47, 92, 56],
      marking: 'none',
      centre: [26, 55, 28],
      centreRadius: 0.25,
    },
    { name: 'broad-eyed daisy', centreRadius: 0.33 },
    { name: 'ember daisy', marking: 'eye' },
    { name: 'double daisy', rings: 2, petal: [43, 92, 56] },
  ),
  ...family(
    {
      name: 'snow cup',
      petals: 8,
      rings: 1,
      width: 0.28,
      tip: 'round',
      petal: [58, 22, 92],
      marking: 'none',
      centre: [50, 85, 54],
      centreRadius: 0.21,
    },
    { name: 'pointed snow cup', tip: 'pointed', width: 0.31 },
    { name: 'blushing snow cup', marking: 'edge', petal: [340, 34, 93] },
    { name: 'green-hearted snow cup', centre: [88, 50, 45] },
  ),
  ...family(
    {
      name: 'field poppy',
      petals: 4,
      rings: 1,
      width: 0.6,
      tip: 'round',
      petal: [8, 80, 52],
      marking: 'none',
      centre: [280, 20, 18],
      centreRadius: 0.16,
    },
    { name: 'dark-eyed poppy', marking: 'eye' },
    { name: 'notched poppy', tip: 'notched' },
    { name: 'amber poppy', petal: [22, 86, 54], petals: 5, width: 0.5 },
  ),
]
