// What is killed: small runs of every command that writes.
import { join } from 'node:path'

export const set = (...assignments) => assignments.flatMap((each) => ['--set', each])

export const small = set(
  'dataset.perClass={"train":4,"val":1,"test":1}',
  'backbones.0.inputSize=16',
  'backbones.0.pretrain.epochs=1',
  'methods=[{"method":"crc","options":{"lambda":0.3}},{"method":"dmlCrc","options":{"shrinkage":0.1,"between":0.5,"gamma":0,"lambda":0.1}}]',
  'sweeps=[{"method":"crc","option":"lambda","values":[0.1,1],"folds":2}]',
  'endToEnd.0.train.epochs=1',
  'endToEnd.0.options={"rank":8,"steps":2}',
)
const weights = ['--weights', join('base', 'checkpoints', 'tiny_vgg.safetensors')]

/** What is there before every scenario: the drawn set, and trained weights in `base/`. */
export const BASE = ['run', 'demo', ...small, ...set('methods=[]', 'sweeps=[]', 'endToEnd=[]'), '--out', 'base']

/**
 * The command, what is added to it when it goes on, and what was run before. `fresh` starts in an empty folder instead of on
 * the base. `get-set` is no command: see get-set.mjs.
 */
export const SCENARIOS = {
  run: { args: ['run', 'demo', ...small, '--out', 'out'], again: ['--resume'] },
  train: { args: ['train', 'demo', ...small, ...weights, '--out', 'out'], again: ['--resume'] },
  export: { args: ['export', 'demo', ...small, ...weights, '--out', 'out'], again: ['--resume'] },
  overwrite: {
    before: ['export', 'demo', ...small, ...weights, '--seed', '1', '--out', 'out'],
    args: ['export', 'demo', ...small, ...weights, '--overwrite', '--out', 'out'],
    again: [],
  },
  features: { args: ['features', 'demo', ...small, ...weights, '--out', 'out'], again: [] },
  // Another set than that of the base, so that it is drawn.
  draw: {
    args: [
      'features',
      'demo',
      ...small,
      ...set('dataset.perClass={"train":1,"val":1,"test":1}'),
      ...weights,
      '--out',
      'out',
    ],
    again: [],
  },
  data: { fresh: true, before: ['get-set', 'serve'], args: ['get-set', 'get'], again: [] },
}
