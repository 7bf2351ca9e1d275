// All cases, in the order in which they are measured.
import { matrixProduct, memoryCopy } from './cases/ceiling.mjs'
import { crc, proCrc, ridge } from './cases/classifiers.mjs'
import { flowersRun, startUp } from './cases/command.mjs'
import { convnextForward, mobilenetForward, vgg19Forward, vitForward } from './cases/forward.mjs'
import { growthC, growthD, growthN, growthPass, growthR, largeSet, paperSize } from './cases/growth.mjs'
import { imageFeatures, imageFeaturesOnWasm, jpegToBatch } from './cases/images.mjs'
import { leaveOneOut } from './cases/leave-one-out.mjs'
import {
  bankOfThePaper,
  convnextStep,
  mobilenetStep,
  vgg19Step,
  vgg19StepOnWasm,
  vitStep,
} from './cases/training-step.mjs'

export const cases = [
  ...[matrixProduct, memoryCopy],
  ...[vgg19Forward, mobilenetForward, vgg19Step, mobilenetStep],
  ...[vitForward, vitStep, convnextForward, convnextStep],
  ...[crc, proCrc, ridge, leaveOneOut],
  ...[startUp, jpegToBatch, imageFeatures],
  ...[imageFeaturesOnWasm, vgg19StepOnWasm, bankOfThePaper, flowersRun],
  ...[growthN, growthPass, growthD, growthC, growthR, paperSize, largeSet],
]

export function caseNamed(name) {
  const found = cases.find((one) => one.name === name)
  if (found) return found
  throw new Error(`--case: expected one of ${cases.map((one) => one.name).join(', ')}; received ${name}`)
}
