import type { BackboneEntry, Experiment } from '../experiment/schema.ts'

/** The backbones to run: those of the experiment, or the one named on the command line with what was said about it. */
export function chooseBackbones(
  { backbones }: Experiment,
  { backbone, weights, layer }: { backbone?: string; weights?: string; layer?: string },
): BackboneEntry[] {
  const said = { ...(weights !== undefined && { weights }), ...(layer !== undefined && { layer }) }
  if (backbone === undefined && Object.keys(said).length === 0) return backbones
  const name = backbone ?? backbones[0].name
  const listed = backbones.filter((entry) => entry.name === name && (layer === undefined || entry.layer === layer))
  const entries: BackboneEntry[] = listed.length > 0 ? listed : [{ name, weights: 'auto' }]
  return entries.map(({ pretrain, ...entry }) => ({
    ...entry,
    ...said,
    // Weights that are named are taken as they are.
    ...(pretrain && (weights === undefined || weights === 'none') && { pretrain }),
  }))
}
