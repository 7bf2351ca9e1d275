import type { EngineName } from '../engine.ts'

/** What a process of its own found out about one engine. */
export interface EngineMeasurement {
  library: string
  device: string
  threads: number
  /** Billions of float32 operations per second of a 1024×1024 matrix product (256×256 on cpu). */
  matrixGflops: number
  /** The same of a 3×3 convolution, 64 to 64 channels. */
  convolutionGflops: number
  /** Largest difference of the gradients of one training step from the cpu engine's, relative to the largest one. */
  trainingDifference: number
}

export type EngineReport =
  | ({ name: EngineName; works: true; trains: boolean; seconds: number } & EngineMeasurement)
  | { name: EngineName; works: false; reason: string; fix: string; seconds: number }

export interface Gpu {
  name: string
  memoryMb: number
  driver: string
}

export interface DoctorReport {
  node: string
  platform: string
  cpu: { model: string; processors: number; features: string[] }
  memoryGb: number
  gpus: Gpu[]
  engines: EngineReport[]
}
