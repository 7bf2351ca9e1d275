import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { encodePng } from './png.ts'
import { double, float, integer, message } from './protobuf.ts'
import { tfRecord } from './record.ts'

/** An RGB image of bytes, channels last. */
export interface RgbImage {
  pixels: Uint8Array
  width: number
  height: number
}

const COLOUR_RGB = 3

/**
 * Writes a file of events that TensorBoard reads. Field numbers: event.proto and summary.proto of TensorFlow.
 */
export class EventWriter {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens a new file of events in `folder`, beside those of earlier runs. */
  static async create(folder: string): Promise<EventWriter> {
    await mkdir(folder, { recursive: true })
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0')
    // Two writers of one second must not share a file.
    const unique = `${process.pid}.${process.hrtime.bigint().toString(36)}`
    const file = await open(join(folder, `events.out.tfevents.${seconds}.${hostname()}.${unique}`), 'ax')
    const writer = new EventWriter(file)
    await writer.#event(0, message(3, 'brain.Event:2'))
    return writer
  }

  #event(step: number, content: Uint8Array): Promise<void> {
    const event = [double(1, Date.now() / 1000), integer(2, step), content]
    return this.#file.appendFile(tfRecord(Buffer.concat(event)))
  }

  /** One number per tag. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void> {
    const parts = Object.entries(values).map(([tag, value]) => message(1, message(1, tag), float(2, value)))
    return this.#event(step, message(5, ...parts))
  }

  image(step: number, tag: string, { pixels, width, height }: RgbImage): Promise<void> {
    const encoded = message(4, encodePng(pixels, width, height))
    const image = message(4, integer(1, height), integer(2, width), integer(3, COLOUR_RGB), encoded)
    return this.#event(step, message(5, message(1, message(1, tag), image)))
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
