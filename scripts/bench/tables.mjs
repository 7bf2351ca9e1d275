// The figures of results/speed.json as text: rows, tables of cases, targets and exponents.

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

/** Seconds in the unit that suits them. */
export const duration = (seconds) => (seconds < 1 ? `${digits(seconds * 1000)} ms` : `${digits(seconds)} s`)

const bytes = (count) => (count >= 1e9 ? `${(count / 1e9).toFixed(2)} GB` : `${(count / 1e6).toFixed(0)} MB`)

/** What is done in a second, where the case says how much is done. */
const rate = ({ amount, unit }, seconds) => `${digits(amount / seconds / 1e9)} G${unit}/s`

function sideText({ seconds, peakBytes }, work) {
  const spread = seconds.count > 1 ? ` (${duration(seconds.low)} to ${duration(seconds.high)})` : ''
  return [
    `${duration(seconds.median)}${spread}`,
    ...(work ? [rate(work, seconds.median)] : []),
    ...(peakBytes ? [bytes(peakBytes)] : []),
  ].join(', ')
}

/** How many times quicker the first side is than this one. */
const ratio = (row, side) => `${(side.seconds.median / row.sides[0].seconds.median).toFixed(2)} ×`

export const rowText = (one, row) =>
  `${one.title}, ${row.label}: ${row.sides.map((side) => `${side.name} ${sideText(side, row.work)}`).join('; ')}`

const table = (heads, rows, numbers = []) =>
  rows.length === 0
    ? 'Not measured yet.'
    : [
        `| ${heads.join(' | ')} |`,
        `|${heads.map((_, i) => (numbers.includes(i) ? '---:|' : '---|')).join('')}`,
        ...rows.map((cells) => `| ${cells.join(' | ')} |`),
      ].join('\n')

/** Told where other programs took more than a tenth of the processors. */
const othersText = ({ others = 0 }) => (others > 0.1 ? ` (${(100 * others).toFixed(0)} % busy with others)` : '')

/** A line for each side of each size. */
export function casesTable(cases) {
  const rows = cases.flatMap((one) =>
    one.rows.flatMap((row) => {
      const measured = row.sides.map((side, i) => [
        ...(i === 0 ? [one.title, `${row.label}${othersText(row)}`] : ['', '']),
        ...[side.name, side.library, sideText(side, row.work)],
        row.sides.length > 1 && i > 0 ? ratio(row, side) : '',
      ])
      const failed = row.failed ? [[one.title, row.label, 'here', '', row.failed, '']] : []
      return [
        ...measured,
        ...failed,
        ...row.absent.map(({ name, reason }) => ['', '', name, '', `absent: ${reason}`, '']),
      ]
    }),
  )
  return table(
    ['case', 'size', 'side', 'library', 'median (lowest to highest), peak memory', 'its time / the first'],
    rows,
    [5],
  )
}

const bound = ({ atLeast, atMost, unit = '×' }) => `${atLeast === undefined ? '≤' : '≥'} ${atLeast ?? atMost} ${unit}`

const isMet = ({ value, atLeast, atMost }) => (atLeast === undefined ? value <= atMost : value >= atLeast)

export function targetsTable(cases) {
  const rows = cases.flatMap((one) =>
    one.rows.flatMap((row) =>
      row.targets.map((target) => [
        `${one.title}, ${row.label}`,
        target.what,
        bound(target),
        target.value === undefined ? '–' : `${target.value.toFixed(2)} ${target.unit ?? '×'}`,
        target.value === undefined ? 'no peer' : isMet(target) ? 'met' : '**not met**',
      ]),
    ),
  )
  return table(['case', 'what', 'to reach', 'measured', ''], rows, [2, 3])
}

/** The slope of log y over log x by least squares: the exponent p of y ≈ a·xᵖ. */
export function exponent(points) {
  const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)])
  const mean = (k) => logs.reduce((sum, point) => sum + point[k], 0) / logs.length
  const [mx, my] = [mean(0), mean(1)]
  const top = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

const valueAt = (size, along) => size[along] ?? size.options[along]

/** Each series with its exponents. */
export function growthTable(cases) {
  const rows = cases.map((one) => {
    const kept = one.rows.filter(({ failed }) => !failed)
    const points = (pick) => kept.map(({ size, sides: [side] }) => ({ x: valueAt(size, one.along), y: pick(side) }))
    const list = (pick) => kept.map(({ sides: [side] }) => pick(side)).join(', ')
    return [
      one.title,
      kept[0].label,
      kept.map(({ size }) => valueAt(size, one.along)).join(', '),
      list((side) => duration(side.seconds.median)),
      exponent(points((side) => side.seconds.median)).toFixed(2),
      exponent(points((side) => side.classify)).toFixed(2),
      list((side) => bytes(side.peakBytes)),
      exponent(points((side) => side.peakBytes)).toFixed(2),
    ]
  })
  const heads = ['series', 'first size', 'values', 'fit', 'exponent', 'exponent of classify', 'peak memory', 'exponent']
  return table(heads, rows, [4, 5, 7])
}

/** Methods at one size: fit, classify, memory. */
export function methodsTable({ rows: measured }) {
  const rows = measured.map(({ label, size, sides: [side], failed }) =>
    failed
      ? [size.method, label, failed, '', '']
      : [size.method, label, duration(side.seconds.median), duration(side.classify), bytes(side.peakBytes)],
  )
  return table(['method', 'size', 'fit', 'classify', 'peak memory'], rows, [2, 3, 4])
}

const BILLION = 1e9
const DAY = 86_400

/** What a billion images would take at measured rates; cases that are not measured are left out. */
export function billionTable(cases) {
  const first = (name) => cases.find((one) => one.name === name)?.rows.find(({ failed }) => !failed)
  const median = (row) => row.sides[0].seconds.median
  const [features, product] = [first('features'), first('matrix-product')]
  const passes = cases.find(({ name }) => name === 'growth-pass')?.rows.filter(({ failed }) => !failed) ?? []
  const power = passes.length > 1 ? exponent(passes.map((row) => ({ x: row.size.count, y: median(row) }))) : undefined
  const last = passes.at(-1)
  const days = (seconds) => `${digits(seconds / DAY)} days`
  return table(
    ['step', 'from', 'two cores'],
    [
      ...(features
        ? [
            [
              'features by MobileNetV1, one view',
              `${digits((1000 * median(features)) / features.size.count)} ms an image from files`,
              days((median(features) / features.size.count) * BILLION),
            ],
          ]
        : []),
      ...(product
        ? [
            [
              'sums, d = 1,024',
              `2·N·d² operations at ${rate(product.work, median(product))}`,
              days((2 * BILLION * 1024 ** 2) / (product.work.amount / median(product))),
            ],
          ]
        : []),
      ...(power
        ? [
            [
              'one pass of gradient steps, d = 1,024, r = 256',
              `${duration(median(last))} for ${last.size.count} samples, in proportion to them${power > 1 ? ` to the power of ${power.toFixed(2)}` : ''}`,
              // What does not grow hides the work of small sets: no exponent below 1 can be relied on.
              days(median(last) * (BILLION / last.size.count) ** Math.max(1, power)),
            ],
          ]
        : []),
    ],
    [2],
  )
}
