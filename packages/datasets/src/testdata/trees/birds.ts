import { lines, type Tree } from './tree.ts'

const images = ['1/a.jpg', '1/b.jpg', '2/c.jpg', '2/d.jpg']

/** The lists of CUB-200-2011 and NABirds, whose classes have these numbers and names. */
export const birds = (...classes: string[]): Tree => ({
  lists: {
    'classes.txt': lines(...classes),
    'images.txt': lines(...images.map((path, i) => `${i + 1} ${path}`)),
    'image_class_labels.txt': lines('1 1', '2 1', '3 2', '4 2'),
    'train_test_split.txt': lines('1 1', '2 0', '3 1', '4 0'),
    'bounding_boxes.txt': lines(...images.map((_, i) => `${i + 1} 1 2 10 11`)),
  },
  images: images.map((path) => `images/${path}`),
})
