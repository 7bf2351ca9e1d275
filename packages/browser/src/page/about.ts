import * as z from 'zod'
import { byId, element, percent } from './element.ts'

/** What the site says about itself: `about.json` of the model's folder. */
const About = z.object({
  title: z.string(),
  licence: z.string().optional(),
  citation: z.string().optional(),
  precision: z.string(),
  /** Addresses of photos to try, as seen from this file. */
  examples: z.array(z.string()).default([]),
  cost: z.object({ images: z.number(), float32: z.number(), stored: z.number() }).optional(),
})

/** What is to be said about weights that are not those that were trained. */
function weightsText({ precision, cost }: z.infer<typeof About>): string | undefined {
  if (precision === 'float32') return undefined
  if (!cost) return precision
  const { images, float32, stored } = cost
  return `${precision}: ${percent(stored)} of ${images} held-out images named correctly, ${percent(float32)} with float32`
}

/** Shows what the page is about, and returns its title and its examples. */
export async function about(url: string, network: string): Promise<{ title: string; examples: string[] }> {
  const response = await fetch(url)
  const parsed = About.parse(await response.json())
  const { title, licence, citation } = parsed
  document.title = title
  byId('title').textContent = title
  const facts = { Network: network, Weights: weightsText(parsed), Images: licence, 'To cite': citation }
  byId('about').replaceChildren(
    ...Object.entries(facts).flatMap(([term, text]) =>
      text ? [element('dt', {}, term), element('dd', {}, text)] : [],
    ),
  )
  return { title, examples: parsed.examples.map((address) => new URL(address, response.url).href) }
}
