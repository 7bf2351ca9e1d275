/** A file that a data set is made from. */
export interface SourceFile {
  name: string
  /** Its official address first, then others of the same file. */
  urls: readonly string[]
  bytes: number
  sha256: string
  /** For an archive: the leading folder that is taken off its paths (everything outside it is left out). */
  within?: string
}

export interface Source {
  files: readonly SourceFile[]
  /** Images that the official lists name. */
  images: number
  /** More files than the archives together hold: past it they are not what they claim to be. */
  mostFiles: number
  /** Images that are slightly damaged as published: they decode, with a few wrong pixels. */
  odd?: readonly string[]
}

const FLOWERS = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102'
const PETS = ['https://thor.robots.ox.ac.uk/~vgg/data/pets', 'https://www.robots.ox.ac.uk/~vgg/data/pets/data']

export type SourceName = 'flowers102' | 'cub200' | 'pets'

export const SOURCES: Readonly<Record<SourceName, Source>> = {
  flowers102: {
    images: 8189,
    mostFiles: 9000,
    files: [
      {
        name: 'imagelabels.mat',
        urls: [`${FLOWERS}/imagelabels.mat`],
        bytes: 502,
        sha256: '4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d',
      },
      {
        name: 'setid.mat',
        urls: [`${FLOWERS}/setid.mat`],
        bytes: 14989,
        sha256: '46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd',
      },
      {
        name: '102flowers.tgz',
        urls: [`${FLOWERS}/102flowers.tgz`],
        bytes: 344862509,
        sha256: '2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246',
        within: '',
      },
    ],
  },
  pets: {
    images: 7349,
    mostFiles: 30000,
    odd: ['beagle_116', 'chihuahua_121'],
    files: [
      {
        name: 'annotations.tar.gz',
        urls: PETS.map((base) => `${base}/annotations.tar.gz`),
        bytes: 19173078,
        sha256: '52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91',
        within: '',
      },
      {
        name: 'images.tar.gz',
        urls: PETS.map((base) => `${base}/images.tar.gz`),
        bytes: 791918971,
        sha256: '67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d',
        within: '',
      },
    ],
  },
  cub200: {
    images: 11788,
    mostFiles: 20000,
    files: [
      {
        name: 'CUB_200_2011.tgz',
        urls: [
          'https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz',
          'https://s3.amazonaws.com/fast-ai-imageclas/CUB_200_2011.tgz',
        ],
        bytes: 1150585339,
        sha256: '0c685df5597a8b24909f6a7c9db6d11e008733779a671760afef78feb49bf081',
        within: 'CUB_200_2011',
      },
    ],
  },
}
