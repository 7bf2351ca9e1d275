// The sides that cases are put together from.

/** This project on the engine that the command names. */
export const here = (prepare) => ({ name: 'here', prepare })

/** This project on wasm. */
export const onWasm = (prepare) => ({ name: 'wasm', engine: 'wasm', prepare })

/** A script of `peers/`, in the Python that the command names. */
export const peer = (name, python) => ({ name, python })

/** This project's packages, with the engine loaded and named as the library. */
export async function load(engine) {
  const { loadEngine } = await import('../../packages/engine/src/index.ts')
  const loaded = await loadEngine({ prefer: engine })
  return { ...loaded, library: `${loaded.name} (${loaded.library})` }
}

/** How much quicker this project is than its quickest peer. */
export const speed = ({ sides }) => {
  const peers = sides.filter((side) => side.peer)
  return peers.length > 0 ? Math.min(...peers.map((each) => each.seconds.median)) / sides[0].seconds.median : undefined
}

/** The peak memory as a multiple of that of the peer which needs least. */
export const memory = ({ sides }) => {
  const peaks = sides.filter((side) => side.peer && side.peakBytes).map((each) => each.peakBytes)
  return peaks.length > 0 ? sides[0].peakBytes / Math.min(...peaks) : undefined
}

/** The median seconds of one side. */
export const secondsOf =
  (name) =>
  ({ sides }) =>
    sides.find((side) => side.name === name)?.seconds.median
