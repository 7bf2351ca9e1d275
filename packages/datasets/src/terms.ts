import type { DatasetName } from './open.ts'

/** Under which terms a data set may be used. */
export interface Terms {
  title: string
  /** What the images may be used for. */
  licence: string
  /** The paper to cite. */
  citation: string
}

/** Of every data set that can be got. */
export const TERMS: Readonly<Record<Exclude<DatasetName, 'folder'>, Terms>> = {
  flowers102: {
    title: 'Oxford Flowers 102',
    licence: 'The authors state no licence; the photographs belong to their owners. Research use.',
    citation:
      'M-E. Nilsback, A. Zisserman. Automated flower classification over a large number of classes. ICVGIP 2008.',
  },
  cub200: {
    title: 'Caltech-UCSD Birds 200-2011',
    licence: 'The images are for non-commercial research and education; their owners keep the rights.',
    citation: 'C. Wah, S. Branson, P. Welinder, P. Perona, S. Belongie. The Caltech-UCSD Birds-200-2011 Dataset. 2011.',
  },
  pets: {
    title: 'Oxford-IIIT Pets',
    licence: 'Creative Commons Attribution-ShareAlike 4.0; the photographs belong to their owners.',
    citation: 'O. Parkhi, A. Vedaldi, A. Zisserman, C. V. Jawahar. Cats and Dogs. CVPR 2012.',
  },
  demo: {
    title: '20 kinds of drawn flowers',
    licence: 'MIT, as this project: the pictures are drawn by it.',
    citation: 'Drawn by DML-CRC.',
  },
}
