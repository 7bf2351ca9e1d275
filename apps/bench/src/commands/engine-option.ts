import { Option } from 'commander'

export const engineOption = () =>
  new Option('--engine <name>', 'TensorFlow.js engine').choices([
    'auto',
    'tfjs-node-gpu',
    'tfjs-node',
    'webgpu',
    'wasm',
    'cpu',
  ])
