import * as tf from '@tensorflow/tfjs'
import { arrangeMatrix, classLayout, gramBlocks, toClasses } from './class-layout.ts'
import { type Classifier, fitted } from './classifier.ts'
import type { Dictionary } from './collaborative-code.ts'
import { checkLabelled, toTensor } from './matrix.ts'

/**
 * A classifier that codes a query over the training samples and takes the class of least residual.
 * `prepare` computes once what it needs from the dictionary (inside tf.tidy); `residuals` gives [C, B], in the layout's
 * order of classes, for queries [B, d]. `perQuery` is how many numbers one query takes in the largest tensor, by default
 * one for each row of the dictionary.
 */
export function dictionaryClassifier<Prepared extends tf.TensorContainerObject>(
  name: string,
  prepare: (dictionary: Dictionary) => Prepared,
  residuals: (queries: tf.Tensor2D, dictionary: Dictionary, prepared: Prepared) => tf.Tensor2D,
  perQuery: (dictionary: Dictionary) => number = ({ layout }) => layout.rows,
): Classifier {
  return {
    name,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const layout = classLayout(checked.labels)
      const kept = tf.tidy(() => {
        const d = toTensor(arrangeMatrix(checked.features, layout))
        const blocks = gramBlocks(d, layout)
        return { d, blocks, prepared: prepare({ d, layout, blocks }) }
      })
      const dictionary: Dictionary = { d: kept.d, layout, blocks: kept.blocks }
      return fitted({
        evaluate: (queries) => toClasses(residuals(queries, dictionary, kept.prepared), layout),
        width: checked.features.shape[1],
        perQuery: perQuery(dictionary),
        returns: 'residuals',
        dispose: () => tf.dispose(kept),
      })
    },
  }
}
