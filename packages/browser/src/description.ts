import * as z from 'zod'

/**
 * What a network's `model.json` says of itself under `userDefinedMetadata.dmlCrc`: all that it takes to show it an image and to
 * name what it sees. The graph takes RGB numbers 0 … 255 and normalises them itself.
 */
export const Description = z.strictObject({
  format: z.literal(1),
  /** [C] */
  classNames: z.array(z.string()).optional(),
  network: z.strictObject({
    name: z.string(),
    layer: z.string(),
    /** SHA-256 of the weights: a classifier belongs to one network. */
    id: z.string(),
    /** Order of the channels, mean and deviation by which the graph normalises. */
    normalisation: z.string(),
  }),
  image: z.strictObject({
    /** Side in pixels of the square that is cut out of the middle. */
    size: z.int().positive(),
    /** Short sides in pixels to which the image is resized before that: its features are the mean over a view at each. */
    resize: z.array(z.int().positive()).min(1),
    interpolation: z.enum(['bilinear', 'bicubic']),
    /** Whether the graph takes the mean of the features of each square and of its mirror image. */
    mirror: z.boolean(),
  }),
})
export type Description = Readonly<z.infer<typeof Description>>
