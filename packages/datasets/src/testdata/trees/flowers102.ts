import type { Tree } from './tree.ts'

export const tree: Tree = {
  lists: {},
  matrices: {
    'imagelabels.mat': { labels: [1, 2, 1, 2, 1, 2] },
    'setid.mat': { trnid: [1, 2], valid: [3, 4], tstid: [5, 6] },
  },
  images: [1, 2, 3, 4, 5, 6].map((i) => `jpg/image_0000${i}.jpg`),
}
