import { birds } from './birds.ts'

export const tree = birds('1 001.Black_footed_Albatross', '2 002.Laysan_Albatross')
