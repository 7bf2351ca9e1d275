/** What arrays of features and of labels are usually called, the likeliest first. */
const FEATURES = ['features', 'X', 'x', 'data']
const LABELS = ['labels', 'label', 'y', 'Y', 'target', 'targets', 'class', 'classes']

/** The part that an array plays. */
export type Role = 'features' | 'labels'

const USUAL: Record<Role, readonly string[]> = { features: FEATURES, labels: LABELS }

/** The first of the usual names of a role among the names of a file's arrays. */
export const usualName = (names: readonly string[], role: Role) => USUAL[role].find((name) => names.includes(name))

/**
 * The name of the array of labels that belongs to the features called `key`, among the names of a file's arrays: `x_train` has
 * `y_train`, `X` has `y`; features of another name have the usual labels where the file holds no other array. None is better than
 * the labels of other samples.
 */
export function labelNameOf(names: readonly string[], key: string | undefined): string | undefined {
  const usual = usualName(names, 'labels')
  if (key === undefined || FEATURES.includes(key)) return usual
  for (const feature of FEATURES) {
    if (!key.startsWith(feature) && !key.endsWith(feature)) continue
    const paired = LABELS.map((label) => key.replace(feature, label)).find((name) => names.includes(name))
    if (paired !== undefined) return paired
  }
  return names.every((name) => name === key || name === usual) ? usual : undefined
}

/** Whether a column of this name is one of labels. */
export const isLabelName = (name: string) => LABELS.includes(name.toLowerCase())
