import type { Tree } from './tree.ts'

export const tree: Tree = {
  lists: {},
  copies: { 'cars_annos.mat': 'cars_annos.mat' },
  images: [1, 2, 3, 4, 5, 6].map((i) => `car_ims/00000${i}.jpg`),
}
