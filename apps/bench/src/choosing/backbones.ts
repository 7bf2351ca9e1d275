import { findPool } from '@dml-crc/backbones'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'

/** What the command line says about the network. */
export interface SaidOfBackbone {
  backbone?: string
  weights?: string
  layers?: string[]
  pools?: string[]
}

/**
 * The backbones to run: those of the experiment, or the one named on the command line with what was said about it.
 * @throws InputError for a pool that there is not
 */
export function chooseBackbones(
  { backbones }: Experiment,
  { backbone, weights, layers, pools }: SaidOfBackbone,
): BackboneEntry[] {
  const given = { weights, layers, pools: pools?.map((name) => findPool(name).name) }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  if (backbone === undefined && Object.keys(said).length === 0) return backbones
  const name = backbone ?? backbones[0].name
  const listed = backbones.filter(
    (entry) => entry.name === name && (layers === undefined || String(entry.layers) === String(layers)),
  )
  const entries: BackboneEntry[] = listed.length > 0 ? listed : [{ name, weights: 'auto' }]
  return entries.map(({ pretrain, ...entry }) => ({
    ...entry,
    ...said,
    // Weights that are named are taken as they are.
    ...(pretrain && (weights === undefined || weights === 'none') && { pretrain }),
  }))
}
