import type { Tree } from './tree.ts'

const breeds = ['n02085620-Chihuahua/n02085620', 'n02097474-Tibetan_terrier/n02097474']
const numbers = ['5927', '4441', '2650', '4919']

export const tree: Tree = {
  lists: {},
  copies: { 'train_list.mat': 'dogs_train.mat', 'test_list.mat': 'dogs_test.mat' },
  images: breeds.flatMap((breed) => numbers.map((number) => `Images/${breed}_${number}.jpg`)),
}
