import { productActivations, splitActivation } from './activation.ts'
import { convolutionInfo, depthwiseInfo, geometry, turnedRound } from './geometry.ts'
import { JobKind } from './jobs.ts'
import type { Kernel } from './kernel.ts'
import { multiply } from './product.ts'

/** The most that the patches of a strided convolution's gradient may take at a time. */
const PATCH_BYTES = 64 * 2 ** 20

/** Y = patches(x)·W, then bias and activation where it is fused. */
const forward: Kernel = (jobs, call) => {
  const { inputs, backend, address } = call
  const { x, filter, bias } = inputs
  const info = convolutionInfo(x!.shape, filter!.shape, call.attrs, call.attrs.dilations)
  const { activation, follow } = splitActivation(call)
  const out = backend.makeOutput(info.outShape, 'float32')
  multiply(jobs, {
    m: info.batchSize * info.outHeight * info.outWidth,
    n: info.outChannels,
    k: info.filterHeight * info.filterWidth * info.inChannels,
    a: { patches: geometry(jobs, address(x!), info), transposed: false },
    b: { address: address(filter!), rowStride: info.outChannels, columnStride: 1 },
    c: address(out),
    bias: bias ? address(bias) : 0,
    activation,
  })
  return follow(out)
}

/** dW = patches(x)ᵀ·dY, without writing the patches out. */
const filterGradient: Kernel = (jobs, { inputs: { x, dy }, attrs, backend, address }) => {
  const { filterShape } = attrs
  const info = convolutionInfo(x!.shape, filterShape, attrs)
  const out = backend.makeOutput(filterShape, 'float32')
  multiply(jobs, {
    m: info.filterHeight * info.filterWidth * info.inChannels,
    n: info.outChannels,
    k: info.batchSize * info.outHeight * info.outWidth,
    a: { patches: geometry(jobs, address(x!), info), transposed: true },
    b: { address: address(dy!), rowStride: info.outChannels, columnStride: 1 },
    c: address(out),
  })
  return out
}

/**
 * Stride 1: dX is a convolution of dY with the filter turned round. Other strides: the gradients of the patches,
 * dY·Wᵀ, are summed back into the image, some images at a time.
 */
const inputGradient: Kernel = (jobs, { inputs: { dy, filter }, attrs, backend, address }) => {
  const { inputShape } = attrs
  const info = convolutionInfo(inputShape, filter!.shape, attrs)
  const out = backend.makeOutput(inputShape, 'float32')
  const taps = info.filterHeight * info.filterWidth
  const tapSize = info.inChannels * info.outChannels
  if (info.strideHeight === 1 && info.strideWidth === 1) {
    const lastTap = address(filter!) + 4 * (taps - 1) * tapSize
    multiply(jobs, {
      m: info.batchSize * info.inHeight * info.inWidth,
      n: info.inChannels,
      k: taps * info.outChannels,
      a: { patches: geometry(jobs, address(dy!), turnedRound(info, info.outChannels)), transposed: false },
      b: { address: lastTap, taps, tapStride: -tapSize, rowStride: 1, columnStride: info.outChannels },
      c: address(out),
    })
    return out
  }
  const pixels = info.outHeight * info.outWidth
  const patch = taps * info.inChannels
  const imagesAtOnce = Math.max(1, Math.floor(PATCH_BYTES / (4 * pixels * patch)))
  for (let first = 0; first < info.batchSize; first += imagesAtOnce) {
    const images = Math.min(imagesAtOnce, info.batchSize - first)
    const patches = jobs.room('patches', 4 * images * pixels * patch)
    multiply(jobs, {
      m: images * pixels,
      n: patch,
      k: info.outChannels,
      a: {
        address: address(dy!) + 4 * first * pixels * info.outChannels,
        rowStride: info.outChannels,
        columnStride: 1,
      },
      b: { address: address(filter!), rowStride: 1, columnStride: info.outChannels },
      c: patches,
    })
    const to = address(out) + 4 * first * info.inHeight * info.inWidth * info.inChannels
    jobs.run(JobKind.foldPatches, { ...geometry(jobs, 0, info), 1: patches, 2: to, 3: images })
  }
  return out
}

/** Y = x ∗ filter, each channel by itself, then bias and activation where it is fused. */
const depthwise: Kernel = (jobs, call) => {
  const { inputs, attrs, backend, address } = call
  const { x, filter, bias } = inputs
  const info = depthwiseInfo(x!.shape, filter!.shape, attrs)
  const { activation, follow } = splitActivation(call)
  const out = backend.makeOutput(info.outShape, 'float32')
  jobs.run(JobKind.depthwise, {
    ...geometry(jobs, address(x!), info),
    1: address(filter!),
    2: address(out),
    3: bias ? address(bias) : 0,
    4: info.batchSize,
    5: info.outChannels / info.inChannels,
    6: productActivations[activation],
  })
  return follow(out)
}

/** The gradient for the image, whose shape is an attribute then, from the filter; or the other way round. */
const depthwiseGradient =
  (kind: JobKind): Kernel =>
  (jobs, { inputs: { dy, x, filter }, attrs, backend, address }) => {
    const { inputShape = x?.shape, filterShape = filter?.shape } = attrs
    const info = depthwiseInfo(inputShape, filterShape, attrs)
    const out = backend.makeOutput(x ? filterShape : inputShape, 'float32')
    jobs.run(kind, {
      ...geometry(jobs, 0, info),
      1: address(dy!),
      2: address((x ?? filter)!),
      3: address(out),
      4: info.batchSize,
      5: info.outChannels / info.inChannels,
    })
    return out
  }

export const convolutionKernels: Record<string, Kernel> = {
  Conv2D: forward,
  FusedConv2D: forward,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseGradient(JobKind.depthwiseInputGradient),
  DepthwiseConv2dNativeBackpropFilter: depthwiseGradient(JobKind.depthwiseFilterGradient),
}
