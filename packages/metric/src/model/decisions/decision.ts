import type * as tf from '@tensorflow/tfjs'
import type { Dictionary } from '../../coding/residuals.ts'
import type { Matrix } from '../../samples/matrix.ts'

/** The dictionary of a decision on the engine, ordered by class, and the codes [N', B] of queries over it. */
export interface OpenDictionary {
  readonly dictionary: Dictionary & { readonly blocks: readonly tf.Tensor3D[] }
  readonly tensors: tf.Tensor[]
  codes(queries: tf.Tensor2D): tf.Tensor2D
}

/** A decision on the engine. */
export interface OpenDecision {
  /** What it keeps there. */
  readonly tensors: tf.Tensor[]
  /** How many numbers one query takes in the largest tensor, by which batches are chosen. */
  readonly perQuery: number
  /** Scores [B, C], larger is likelier, of embedded queries [B, r]; called inside tf.tidy. */
  scores(queries: tf.Tensor2D): tf.Tensor2D
  /** What it explains by: the CRC family has it. */
  readonly open?: OpenDictionary
}

/** A decision that is computed on the host, in float64. */
export interface HostDecision {
  hostScores(queries: Matrix): Matrix
}

/** What a decision takes and gives. */
export interface DecisionSizes {
  /** r of the embedded queries it takes. */
  readonly width: number
  /** C of the scores it gives. */
  readonly classes: number
  /** Parts whose size must be another's: the name, what is expected and what is there. */
  readonly agree?: readonly (readonly [part: string, expected: number, received: number])[]
}
