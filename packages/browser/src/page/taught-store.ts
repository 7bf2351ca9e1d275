const DATABASE = 'dml-crc'
const STORE = 'taught'

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return settled(request)
}

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  try {
    return await settled(use(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

/** The model file that was kept under a key, if one was. */
export const keptModel = (key: string): Promise<Uint8Array | undefined> =>
  inStore('readonly', (store) => store.get(key))

/** Keeps a model file in this browser, in the place of the one before. */
export async function keepModel(key: string, bytes: Uint8Array): Promise<void> {
  await inStore('readwrite', (store) => store.put(bytes, key))
}

export async function dropModel(key: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(key))
}
