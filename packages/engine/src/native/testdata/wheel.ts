import { writeFile } from 'node:fs/promises'
import { run } from './run-source.ts'

const PYTHON = `
import base64, hashlib, sys, zipfile
path, size = sys.argv[1], int(sys.argv[2])
record = ''
with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as wheel:
    for name, size in [('tensorflow/libtensorflow_framework.so.2', 9), ('tensorflow/libtensorflow_cc.so.2', size)]:
        digest = hashlib.sha256(bytes(size)).digest()
        record += f'{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip("=")},{size}\\n'
        wheel.writestr(name, bytes(size))
    wheel.writestr('tensorflow-0.dist-info/RECORD', record)
`

/** Whether {@link makeWheel} can be had. */
export const hasPython = await run(['python3', '--version']).then(
  ({ status }) => status === 0,
  () => false,
)

/** A wheel in the form of TensorFlow's whose library is `bytes` zeros: it extracts, and nothing can be built with it. */
export async function makeWheel(path: string, bytes: number): Promise<void> {
  await writeFile(path, '')
  const { status, stderr } = await run(['python3', '-c', PYTHON, path, String(bytes)])
  if (status !== 0) throw new Error(stderr)
}
