import { type EngineName, loadEngine } from '@dml-crc/engine'
import { exportModel, loadExport } from '@dml-crc/trainer'
import { modelFolder } from '../results/model-folder.ts'

/**
 * Writes the model of a run whole: its network, and its graphs for browsers and for TensorFlow.
 * @returns its folder
 */
export async function exportRun(run: string, { engine }: { engine?: EngineName | 'auto' }): Promise<string> {
  const folder = await modelFolder(run)
  await loadEngine({ prefer: engine })
  const loaded = await loadExport(folder)
  try {
    await exportModel(folder, loaded)
    return folder
  } finally {
    loaded.backbone.dispose()
  }
}
