/** What arrays of features and of labels are usually called, the likeliest first. */
const FEATURES = ['features', 'X', 'x', 'data']
const LABELS = ['labels', 'label', 'y', 'Y', 'target', 'targets', 'class', 'classes']

/** The part that an array plays. */
export type Role = 'features' | 'labels'

const USUAL: Record<Role, readonly string[]> = { features: FEATURES, labels: LABELS }

/** The first of the usual names of a role among the names of a file's arrays. */
export const usualName = (names: readonly string[], role: Role) => USUAL[role].find((name) => names.includes(name))

/** Whether a column of this name is one of labels. */
export const isLabelName = (name: string) => LABELS.includes(name.toLowerCase())
