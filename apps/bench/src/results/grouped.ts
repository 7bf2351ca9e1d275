/** The values with equal keys together, in the order in which the keys first appear. */
export function grouped<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const found = new Map<string, T[]>()
  for (const value of values) {
    const group = found.get(key(value))
    if (group) group.push(value)
    else found.set(key(value), [value])
  }
  return [...found.values()]
}
