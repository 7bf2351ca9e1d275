import { FLOP, network } from '../networks.mjs'
import { here, peer, speed } from '../sides.mjs'

async function prepare(request) {
  const { backbone, images, library } = await network(request)
  const batch = backbone.preprocess(images(request.size.batch))
  const run = async () => {
    const features = backbone.forward(batch)
    await features.data()
    features.dispose()
  }
  return { library, run }
}

const label = ({ network: name, batch }) => `${name}, batch ${batch}`
const sides = [here(prepare), peer('PyTorch', 'forward_torch.py'), peer('ONNX Runtime', 'forward_onnx.py')]
const sizesOf = (name, quick) => (quick ? [1] : [1, 8, 32]).map((batch) => ({ network: name, batch }))
const work = ({ network: name, batch }) => ({ amount: FLOP[name] * batch, unit: 'FLOP' })
const atLeast = (value) => [{ what: 'speed, of the best peer', measured: speed, atLeast: value }]

/** Images of 224² to the features of the last convolution, averaged over space. */
export const vgg19Forward = {
  name: 'vgg19-forward',
  title: 'forward pass',
  label,
  work,
  sizes: (quick) => sizesOf('vgg19', quick),
  repeats: 5,
  sides,
  targets: ({ batch }) => (batch > 1 ? atLeast(1.1) : []),
}

export const mobilenetForward = {
  name: 'mobilenet-forward',
  title: 'forward pass',
  label,
  work,
  sizes: (quick) => sizesOf('mobilenet_v1', quick),
  repeats: 7,
  warmUps: 3,
  sides,
  targets: ({ batch }) => (batch === 32 ? atLeast(1) : []),
}

/** A network of timm's beside timm itself. */
const timmForward = (name, network) => ({
  name,
  title: 'forward pass',
  label,
  work,
  sizes: (quick) => [{ network, batch: quick ? 1 : 8 }],
  repeats: 7,
  warmUps: 2,
  sides: [here(prepare), peer('timm', 'forward_torch.py')],
  targets: () => atLeast(0.9),
})

export const vitForward = timmForward('vit-forward', 'vit_small_patch14_dinov2')
export const convnextForward = timmForward('convnext-forward', 'convnext_tiny')
