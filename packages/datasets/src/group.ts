/** The values under each key, in their order. (`Map.groupBy` needs Node 21.) */
export function groupBy<K, T>(values: Iterable<T>, keyOf: (value: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  let index = 0
  for (const value of values) {
    const key = keyOf(value, index++)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}
