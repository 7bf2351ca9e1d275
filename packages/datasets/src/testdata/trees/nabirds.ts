import { birds } from './birds.ts'

// The first is a branch of the tree of classes.
export const tree = birds('0 Birds', '1 Snow Goose (White morph)', '2 Mute Swan')
