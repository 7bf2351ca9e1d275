import { lines, type Tree } from './tree.ts'

const planes = ['0000001', '0000002', '0000003', '0000004', '0000005', '0000006']
const variant = (i: number) => (i % 2 === 0 ? '707-320' : 'Cessna 172')
const planesOf = (...indices: number[]) => lines(...indices.map((i) => `${planes[i]} ${variant(i)}`))

export const tree: Tree = {
  lists: {
    'variants.txt': lines('707-320', 'Cessna 172'),
    'images_variant_train.txt': planesOf(0, 1),
    'images_variant_val.txt': planesOf(2, 3),
    'images_variant_trainval.txt': planesOf(0, 1, 2, 3),
    'images_variant_test.txt': planesOf(4, 5),
    'images_box.txt': lines(...planes.map((id) => `${id} 2 3 11 12`)),
  },
  images: planes.map((id) => `images/${id}.jpg`),
}
