import { lines, type Tree } from './tree.ts'

const breeds = ['Abyssinian', 'american_bulldog']
const listOf = (number: number) =>
  lines('# id class species breed', ...breeds.map((name, i) => `${name}_${number} ${i + 1} ${i + 1} 1`))

export const tree: Tree = {
  lists: { 'annotations/trainval.txt': listOf(1), 'annotations/test.txt': listOf(2) },
  images: [1, 2].flatMap((number) => breeds.map((name) => `images/${name}_${number}.jpg`)),
}
