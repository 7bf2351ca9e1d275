import { defineMethod } from '../../fitting/define-method.ts'
import { classMeans } from '../../samples/class-means.ts'

/** Nearest class mean. */
export const ncm = defineMethod({
  name: 'ncm',
  label: 'NCM',
  paper: 'Mensink, Verbeek, Perronnin, Csurka, "Distance-based image classification", PAMI 2013, section 3.2',
  options: {},
  async fit({ features, labels }) {
    return { decision: { kind: 'prototypes', prototypes: classMeans(features, labels), measure: 'distance' } }
  },
})
