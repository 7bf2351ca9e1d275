import * as z from 'zod'
import { byId, element } from './element.ts'

/** What the site says about itself: `about.json` of the model's folder. */
const About = z.object({
  title: z.string(),
  licence: z.string().optional(),
  citation: z.string().optional(),
})

/** Shows what the page is about, and returns its title. */
export async function about(url: string, network: string): Promise<string> {
  const response = await fetch(url)
  const { title, licence, citation } = About.parse(await response.json())
  document.title = title
  byId('title').textContent = title
  const facts = { Network: network, Images: licence, 'To cite': citation }
  byId('about').replaceChildren(
    ...Object.entries(facts).flatMap(([term, text]) =>
      text ? [element('dt', {}, term), element('dd', {}, text)] : [],
    ),
  )
  return title
}
