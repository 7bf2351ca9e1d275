import { fileURLToPath } from 'node:url'
import { readFeatures, readLabels } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, fitDmlCrc, lda, mcnemar, predict } from '@dml-crc/metric'

await loadEngine()

// Features [N, d] and labels [N], as a network and NumPy's savez gave them.
const file = fileURLToPath(new URL('../../apps/bench/src/testdata/features/all.npz', import.meta.url))
const [train, test] = [await readFeatures(file, 'x_train'), await readFeatures(file, 'x_test')]
const names = await readLabels(file, 'y_train')
// A method takes classes numbered from 0.
const classes = [...new Set(names)].sort()
const trainLabels = Int32Array.from(names, (name) => classes.indexOf(name))
const testLabels = Int32Array.from(await readLabels(file, 'y_test'), (name) => classes.indexOf(name))

const dmlCrc = await predict(await fitDmlCrc(train, trainLabels), test)
const baseline = await predict(await lda.make({}).fit(train, trainLabels), test)

console.log(`DML-CRC ${accuracy(dmlCrc.labels, testLabels)}`) // DML-CRC 0…
console.log(`LDA ${accuracy(baseline.labels, testLabels)}`) // LDA 0…
const { pValue } = mcnemar(dmlCrc.labels, baseline.labels, testLabels)
console.log(`p of McNemar's test ${pValue.toFixed(2)}`) // p of McNemar's test …
